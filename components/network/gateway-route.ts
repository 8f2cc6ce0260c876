import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../workload/labels.ts";
import { routeAnnotations, type RouteArgs } from "./route.ts";

/** A Gateway that somebody else made. It must admit routes of this namespace, and has TLS settings of its own. */
export interface ExistingGateway {
  readonly name: string;
  readonly namespace: string;
  /** Name of the one listener to attach to. Default: all that take the host name. */
  readonly listener?: string;
  /** Whether clients reach it by HTTPS; decides the scheme of {@link GatewayRoute.url}. */
  readonly https: boolean;
}

export interface GatewayRouteArgs extends RouteArgs {
  /** Gateway to attach to. Default: one of its own, with the route's class, certificate and annotations. */
  readonly gateway?: ExistingGateway;
  /** Ports of its own Gateway. Default 80 and 443, which not every class takes. */
  readonly ports?: { readonly http: number; readonly https: number };
}

interface ParentRef {
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
}

const apiVersion = "gateway.networking.k8s.io/v1";
const programmed = { "pulumi.com/waitFor": "condition=Programmed" };
const accepted = {
  "pulumi.com/waitFor": 'jsonpath={.status.parents[*].conditions[?(@.type=="Accepted")].status}=True',
};

/**
 * A route by the Gateway API: an HTTPRoute, and a Gateway unless there is one already. With TLS, HTTP is redirected to
 * HTTPS. The cluster needs the API's resource definitions and a controller of the class.
 *
 * @example
 * new GatewayRoute("shop", { namespace, host: "shop.example.com", service: shop.service, className: "eg" });
 */
export class GatewayRoute extends pulumi.ComponentResource {
  /** URL of the host, known when the controller has accepted the route. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: GatewayRouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:network:GatewayRoute", name, {}, opts);
    const { gateway, tls } = args;
    const made = gateway ? [] : [this.gateway(name, args)];
    const attach = (sectionName?: string): ParentRef =>
      gateway
        ? { name: gateway.name, namespace: gateway.namespace, sectionName: gateway.listener }
        : { name, sectionName };
    made.push(this.route(name, args, attach(tls ? "https" : "http"), backendRule(args.service)));
    if (tls) made.push(this.route(`${name}-redirect`, args, attach("http"), redirect));
    const https = gateway ? gateway.https : tls !== undefined;
    this.url = pulumi
      .all(made.map(({ metadata }) => metadata))
      .apply(() => `${https ? "https" : "http"}://${args.host}`);
    this.registerOutputs({ url: this.url });
  }

  private gateway(name: string, args: GatewayRouteArgs) {
    return this.object(
      "Gateway",
      name,
      args,
      { ...routeAnnotations(args), ...awaited(args, programmed) },
      { gatewayClassName: args.className, listeners: listeners(args) },
    );
  }

  // Neither waits for the other: some controllers give a Gateway its address only when it has a route.
  private route(name: string, args: GatewayRouteArgs, parentRef: ParentRef, rule: object) {
    return this.object("HTTPRoute", name, args, awaited(args, accepted), {
      parentRefs: [parentRef],
      hostnames: [args.host],
      rules: [rule],
    });
  }

  private object(
    kind: string,
    name: string,
    { namespace }: GatewayRouteArgs,
    annotations: Record<string, string>,
    spec: object,
  ) {
    const metadata = { name, namespace: namespace.created, labels: labels(name, "ingress", namespace), annotations };
    return new k8s.apiextensions.CustomResource(name, { apiVersion, kind, metadata, spec }, { parent: this });
  }
}

function listeners({ host, tls, ports = { http: 80, https: 443 } }: GatewayRouteArgs) {
  const allowedRoutes = { namespaces: { from: "Same" } };
  const http = { name: "http", protocol: "HTTP", port: ports.http, hostname: host, allowedRoutes };
  if (!tls) return [http];
  const certificate = { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: tls.secret }] };
  return [
    http,
    { name: "https", protocol: "HTTPS", port: ports.https, hostname: host, allowedRoutes, tls: certificate },
  ];
}

function backendRule(service: k8s.core.v1.Service) {
  const port = service.spec.ports.apply((ports) => ports.find(({ name }) => name === "http")!.port);
  return {
    matches: [{ path: { type: "PathPrefix", value: "/" } }],
    backendRefs: [{ name: service.metadata.name, port }],
  };
}

const redirect = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] };

function awaited(
  { awaitAddress = true }: GatewayRouteArgs,
  annotation: Record<string, string>,
): Record<string, string> {
  return awaitAddress ? annotation : {};
}
