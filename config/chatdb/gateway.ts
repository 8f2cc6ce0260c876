import { z } from "zod";
import { namespaceOf } from "../../components/network/endpoint.ts";
import { cidr, dnsName, port, range, text } from "../fields.ts";
import type { Issue } from "../issue.ts";

const tls = z.strictObject({
  issuer: dnsName.optional().describe("A ClusterIssuer of cert-manager. Without it, the Secret has to be there."),
  secret: dnsName.default("api-gateway-tls").describe("The Secret of the certificate, in `chatdb-services`."),
});

const existingGateway = z.strictObject({
  name: dnsName.describe("Its name."),
  namespace: dnsName.describe("Its namespace."),
  listener: dnsName.optional().describe("The one listener to attach to. Without it, all that take the host name."),
  https: z.boolean().default(true).describe("Whether it is reached by HTTPS, for the URL that is printed."),
});

const ingress = z.strictObject({
  host: dnsName.describe("The host name. Your DNS has to lead it to the controller."),
  kind: z.enum(["ingress", "gateway"]).default("ingress").describe("An Ingress, or a route of the Gateway API."),
  class: text.optional().describe("An IngressClass or a GatewayClass. Without it, the cluster's default IngressClass."),
  annotations: z.record(z.string(), z.string()).optional().describe("Annotations for the controller."),
  tls: tls.optional().describe("Serve HTTPS."),
  gateway: existingGateway.optional().describe("An existing Gateway to attach to. Without it, one is made."),
  ports: z
    .strictObject({ http: port.describe("Port of HTTP."), https: port.describe("Port of HTTPS.") })
    .optional()
    .describe("Ports of the Gateway that is made. Without it, 80 and 443."),
  controllerNamespace: dnsName
    .optional()
    .describe("Namespace of the proxies: nobody else gets through. Known for the usual classes."),
  proxies: z.int().min(1).max(9).default(1).describe("Proxies in front that each add to `x-forwarded-for`."),
});

const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .refine(isPrivateEnough, "must be an https address: keys that come over http could be anyone's")
    .meta({ title: "URL" })
    .describe("Address of the issuer, exactly as in the claim `iss`."),
  audience: text.describe("What the claim `aud` has to name."),
  scopes: z
    .strictObject({
      read: text.optional().describe("Scope that asking and looking need."),
      write: text.optional().describe("Scope that changes need."),
    })
    .optional()
    .describe("Scopes that requests need. Without it, none."),
  scopeClaim: text.default("scope").describe("The claim that holds the scopes."),
  clientId: text.optional().describe("A public client of the issuer, as which the web page signs people in."),
  cidr: cidr.describe("Addresses that the network policy opens for the issuer."),
});

/** Inside of the cluster http will do. */
function isPrivateEnough(url: string): boolean {
  return /^https:|^http:\/\/[^/:@]+\.svc(\.cluster\.local)?([:/]|$)/.test(url);
}

/** The gateway: the ways in, and who may come. */
export const gateway = z.strictObject({
  serviceType: z
    .enum(["ClusterIP", "NodePort", "LoadBalancer"])
    .default("ClusterIP")
    .describe("How the gateway is reached. ClusterIP goes with a port-forward or an ingress."),
  sourceRanges: z
    .array(range)
    .default([])
    .describe("Addresses that may reach it by NodePort, LoadBalancer or proxies elsewhere. Empty lets everyone."),
  ingress: ingress.optional().describe("A host name for the gateway (docs/chatdb/access.md)."),
  oidc: oidc.optional().describe("Let only those in who have a token of an OpenID Connect issuer."),
  rateLimit: z
    .strictObject({ perMinute: z.int().min(1).describe("Requests of one client in a minute, to each replica.") })
    .optional()
    .describe("Limit the requests of a client, by identity or else address."),
});

export type GatewaySettings = z.infer<typeof gateway>;

/** Where the usual installation of a class has its proxies; for traefik, the one of Minikube, k3s and k3d. */
const namespaceOfClass: Record<string, string> = {
  traefik: "kube-system",
  nginx: "ingress-nginx",
  contour: "projectcontour",
  haproxy: "haproxy-controller",
  kong: "kong",
  eg: "envoy-gateway-system",
};

/** Namespace of the proxies that serve an ingress. Undefined if they are outside of the cluster, or nobody knows. */
export function controllerNamespace(settings: NonNullable<GatewaySettings["ingress"]>): string | undefined {
  return settings.controllerNamespace ?? namespaceOfClass[settings.class ?? ""] ?? settings.gateway?.namespace;
}

/** What does not fit together in the ways in. */
export function gatewayIssues({ gateway, testService }: { gateway: GatewaySettings; testService: boolean }): Issue[] {
  const { oidc } = gateway;
  const untokened = {
    path: "testService",
    message: "has no token of the issuer in gateway.oidc, and so finds nothing but 401: turn it off",
  };
  const unreachable = {
    path: "gateway.oidc.clientId",
    message: `is for people's browsers, which do not reach ${oidc?.issuer} inside of the cluster`,
  };
  const insideOnly = oidc?.clientId !== undefined && namespaceOf(oidc.issuer) !== undefined;
  return [...ingressIssues(gateway), ...(oidc && testService ? [untokened] : []), ...(insideOnly ? [unreachable] : [])];
}

function ingressIssues({ ingress, serviceType, sourceRanges }: GatewaySettings): Issue[] {
  if (!ingress) return [];
  const { kind, gateway } = ingress;
  const useless = (["gateway", "ports"] as const).filter((name) => kind === "ingress" && ingress[name] !== undefined);
  const elsewhere = (["class", "annotations", "tls", "ports"] as const).filter(
    (name) => gateway !== undefined && ingress[name] !== undefined,
  );
  const namespace = controllerNamespace(ingress);
  const issues: [applies: boolean, path: string, message: string][] = [
    [
      kind === "gateway" && !gateway && ingress.class === undefined,
      "ingress.class",
      "is needed for a Gateway: name a GatewayClass, or an existing Gateway in gateway.ingress.gateway",
    ],
    ...useless.map((name): [boolean, string, string] => [true, `ingress.${name}`, "is for kind gateway alone"]),
    ...elsewhere.map((name): [boolean, string, string] => [
      true,
      `ingress.${name}`,
      `belongs to the Gateway ${gateway!.namespace}/${gateway!.name}, which is not made here`,
    ]),
    [
      serviceType === "LoadBalancer",
      "serviceType",
      "is LoadBalancer beside an ingress, and so a way around it: set ClusterIP",
    ],
    [
      sourceRanges.length > 0 && namespace !== undefined,
      "sourceRanges",
      `cannot tell clients apart behind the proxies in the namespace ${namespace}: restrict them there`,
    ],
  ];
  return issues.filter(([applies]) => applies).map(([, path, message]) => ({ path: `gateway.${path}`, message }));
}
