import { namespaceOf } from "../../components/network/endpoint.ts";
import type { Outsider } from "../../components/network/network-policy.ts";
import type { Issue } from "../issue.ts";
import type { Settings } from "../schema.ts";

type Access = Pick<Settings, "ingress" | "gatewayServiceType" | "gatewaySourceRanges">;

/** Of /metrics at the gateway, to which no way in from outside leads. */
const metricsPort = 9090;

/** Where the usual installation of a class has its proxies; of traefik, the one that Minikube, k3s and k3d bring along. */
const namespaceOfClass: Record<string, string> = {
  traefik: "kube-system",
  nginx: "ingress-nginx",
  contour: "projectcontour",
  haproxy: "haproxy-controller",
  kong: "kong",
  eg: "envoy-gateway-system",
};

/** Namespace of the proxies that an ingress is served by; undefined where they are outside of the cluster, or nobody said. */
function controllerNamespace(ingress: NonNullable<Access["ingress"]>): string | undefined {
  return ingress.controllerNamespace ?? namespaceOfClass[ingress.class ?? ""] ?? ingress.gateway?.namespace;
}

/** Who may connect to the gateway from outside of the program: as few as the way in allows. */
export function gatewayClients({ ingress, gatewayServiceType, gatewaySourceRanges }: Access): Outsider[] {
  const namespace = ingress && controllerNamespace(ingress);
  if (namespace !== undefined) return [{ namespace }];
  if (!ingress && gatewayServiceType === "ClusterIP") return [];
  return gatewaySourceRanges.length === 0 ? ["anyone"] : gatewaySourceRanges.map((cidr) => ({ cidr }));
}

/** What the gateway itself has to know of who comes, and by which way. */
export function gatewayEnvironment({
  ingress,
  rateLimit,
}: Pick<Settings, "ingress" | "rateLimit">): Record<string, string> {
  return {
    METRICS_PORT: String(metricsPort),
    ...(ingress && { TRUSTED_PROXIES: String(ingress.proxies) }),
    ...(rateLimit && { RATE_LIMIT_PER_MINUTE: String(rateLimit.perMinute) }),
  };
}

/** What does not fit together in the way in. */
export function accessIssues(settings: Access & Pick<Settings, "oidc" | "testService">): Issue[] {
  const untokened = {
    path: "testService",
    message: "has no token of the issuer in oidc, and so finds nothing but 401: turn it off",
  };
  const { oidc } = settings;
  const unreachable = {
    path: "oidc.clientId",
    message: `is for people's browsers, which do not reach ${oidc?.issuer} inside of the cluster`,
  };
  const insideOnly = oidc?.clientId !== undefined && namespaceOf(oidc.issuer) !== undefined;
  return [
    ...ingressIssues(settings),
    ...(oidc && settings.testService ? [untokened] : []),
    ...(insideOnly ? [unreachable] : []),
  ];
}

function ingressIssues({ ingress, gatewayServiceType, gatewaySourceRanges }: Access): Issue[] {
  if (!ingress) return [];
  const { kind, gateway } = ingress;
  const useless = (["gateway", "ports"] as const).filter((name) => kind === "ingress" && ingress[name] !== undefined);
  const elsewhere = (["class", "annotations", "tls", "ports"] as const).filter(
    (name) => gateway !== undefined && ingress[name] !== undefined,
  );
  const namespace = controllerNamespace(ingress);
  const issues: [boolean, string, string][] = [
    [
      kind === "gateway" && !gateway && ingress.class === undefined,
      "ingress.class",
      "is needed for a Gateway: name a GatewayClass, or an existing Gateway in ingress.gateway",
    ],
    ...useless.map((name): [boolean, string, string] => [true, `ingress.${name}`, "is for kind gateway alone"]),
    ...elsewhere.map((name): [boolean, string, string] => [
      true,
      `ingress.${name}`,
      `belongs to the Gateway ${gateway!.namespace}/${gateway!.name}, which is not made here`,
    ]),
    [
      gatewayServiceType === "LoadBalancer",
      "gatewayServiceType",
      "is LoadBalancer beside an ingress, and so a way around it: set ClusterIP",
    ],
    [
      gatewaySourceRanges.length > 0 && namespace !== undefined,
      "gatewaySourceRanges",
      `cannot tell clients apart behind the proxies in the namespace ${namespace}: restrict them there`,
    ],
  ];
  return issues.filter(([applies]) => applies).map(([, path, message]) => ({ path, message }));
}
