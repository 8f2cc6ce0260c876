import type * as k8s from "@pulumi/kubernetes";
import type { NamespaceRef } from "../workload/namespace-ref.ts";

/**
 * A route from a host name, with all of its paths, to a Service; either component, Ingress or GatewayRoute, makes it.
 */
export interface RouteArgs {
  /** Namespace of the route, which is the Service's. */
  readonly namespace: NamespaceRef;
  /** Host name without a port. */
  readonly host: string;
  /** Service to route to, at its port named `http`. */
  readonly service: k8s.core.v1.Service;
  /**
   * IngressClass or GatewayClass of the controller. Default: the cluster's default class, which only an Ingress has.
   */
  readonly className?: string;
  /** Annotations for the controller. Default: none. */
  readonly annotations?: Record<string, string>;
  /** HTTPS, which the controller terminates. Default: plain HTTP. */
  readonly tls?: Certificate;
  /**
   * Whether Pulumi waits until the controller has accepted it: up to ten minutes without a controller. Default true.
   */
  readonly awaitAddress?: boolean;
}

export interface Certificate {
  /**
   * ClusterIssuer of cert-manager, which puts the certificate into `secret` and renews it. Default: none, the Secret
   * exists.
   */
  readonly issuer?: string;
  /** Name of a Secret of type kubernetes.io/tls, in the namespace of the route. */
  readonly secret: string;
}

/** Annotations of the object that terminates TLS. */
export function routeAnnotations({ annotations, tls }: Pick<RouteArgs, "annotations" | "tls">): Record<string, string> {
  return { ...(tls?.issuer === undefined ? {} : { "cert-manager.io/cluster-issuer": tls.issuer }), ...annotations };
}
