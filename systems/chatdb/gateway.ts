import * as pulumi from "@pulumi/pulumi";
import { GatewayRoute } from "../../components/network/gateway-route.ts";
import { Ingress } from "../../components/network/ingress.ts";
import type { Outsider } from "../../components/network/network-policy.ts";
import type { Microservice } from "../../components/workload/microservice.ts";
import { controllerNamespace, type GatewaySettings } from "../../config/chatdb/gateway.ts";
import type { SystemOutputs } from "../system.ts";
import type { Ground } from "./ground.ts";

/** Returns who may connect to the gateway from outside of the program: as few as its kind of route allows. */
export function gatewayClients({ ingress, serviceType, sourceRanges }: GatewaySettings): Outsider[] {
  const namespace = ingress && controllerNamespace(ingress);
  if (namespace !== undefined) return [{ namespace }];
  if (!ingress && serviceType === "ClusterIP") return [];
  return sourceRanges.length === 0 ? ["anyone"] : sourceRanges.map((cidr) => ({ cidr }));
}

/** Makes the route to the gateway. Returns its address outside of the cluster, if it has one. */
export function publicUrl(ground: Ground, { service }: Microservice): pulumi.Output<string> | undefined {
  const { settings, platform, namespaces, parent } = ground;
  const { ingress, serviceType } = settings.gateway;
  if (ingress) {
    const { class: className, ...route } = ingress;
    const Route = ingress.kind === "gateway" ? GatewayRoute : Ingress;
    const namespace = namespaces.services;
    const args = { ...route, className, namespace, service, awaitAddress: platform.awaitLoadBalancer };
    return new Route("api-gateway", args, { parent }).url;
  }
  if (serviceType !== "LoadBalancer" || !platform.awaitLoadBalancer) return undefined;
  return service.status.apply(({ loadBalancer }) => {
    const address = loadBalancer.ingress?.[0];
    return address ? `http://${address.hostname ?? address.ip}` : "(no address yet)";
  });
}

/** Returns how to reach the gateway, and a first question. */
export function describeAccess({ service }: Microservice, url: pulumi.Output<string> | undefined): SystemOutputs {
  const portForward = service.metadata.apply(
    ({ name, namespace }) => `kubectl --namespace ${namespace} port-forward service/${name} 8080:80`,
  );
  // Without an address from the cluster, the port-forward makes this one.
  const address = url ?? "http://localhost:8080";
  const question = JSON.stringify({ query: "how many customers are there in Germany?" });
  const ask = pulumi.interpolate`curl -s ${address}/api/query -H 'content-type: application/json' -d '${question}'`;
  return { url: address, portForward, ask };
}
