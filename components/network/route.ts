import type * as k8s from "@pulumi/kubernetes";
import type { NamespaceRef } from "../workload/namespace-ref.ts";

/** A host name of which all paths lead to a Service: what the components Ingress and GatewayRoute make of it is theirs. */
export interface RouteArgs {
  readonly namespace: NamespaceRef;
  readonly host: string;
  /** Its port named `http` is the one that is led to. */
  readonly service: k8s.core.v1.Service;
  /** Which controller serves it: an IngressClass or a GatewayClass. Default: the cluster's, which only the former has. */
  readonly className?: string;
  /** What the controller reads beside the specification. Default: nothing. */
  readonly annotations?: Record<string, string>;
  /** HTTPS, ended by the controller. Default: plain HTTP. */
  readonly tls?: Certificate;
  /** Whether Pulumi waits until the controller has taken it up: without a controller that is ten minutes. Default true. */
  readonly awaitAddress?: boolean;
}

export interface Certificate {
  /** A ClusterIssuer of cert-manager, which puts the certificate into `secret` and renews it. Default: whoever made the Secret renews it. */
  readonly issuer?: string;
  /** A Secret of type kubernetes.io/tls, in the namespace of the route. */
  readonly secret: string;
}

/** Annotations of the object that ends TLS. */
export function routeAnnotations({ annotations, tls }: Pick<RouteArgs, "annotations" | "tls">): Record<string, string> {
  return { ...(tls?.issuer === undefined ? {} : { "cert-manager.io/cluster-issuer": tls.issuer }), ...annotations };
}
