import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dnsLabel, joinedLabel } from "../workload/dns-label.ts";
import type { NamespaceRef } from "../workload/namespace-ref.ts";
import type { Consumer, Destination, Peer } from "./connection.ts";

type PolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** Nothing in, nothing out: what every namespace starts from. */
export const denyAll: PolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/**
 * Name look-ups at the cluster's DNS, for every pod of a namespace. A policy sees the port of the DNS pod, not the 53 of
 * its Service: CoreDNS that runs without privileges listens elsewhere, on ports that keep their usual names.
 */
export const allowDns: PolicySpec = {
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [
    {
      to: [peer({ namespace: "kube-system", labels: { "k8s-app": "kube-dns" } })],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
        { protocol: "UDP", port: "dns" },
        { protocol: "TCP", port: "dns-tcp" },
      ],
    },
  ],
};

/** What leaves a consumer: its declared destinations and no others. */
export function egressTo(consumer: Consumer, destinations: readonly Destination[]): PolicySpec {
  return {
    podSelector: { matchLabels: consumer.labels },
    policyTypes: ["Egress"],
    egress: destinations.map(({ to, port }) => ({ to: [peer(to)], ports: [{ protocol: "TCP", port }] })),
  };
}

/** What a destination lets in for one consumer. */
export function ingressFrom(consumer: Peer, to: Peer, port: number): PolicySpec {
  return {
    podSelector: { matchLabels: to.labels },
    policyTypes: ["Ingress"],
    ingress: [{ from: [peer(consumer)], ports: [{ protocol: "TCP", port }] }],
  };
}

/** Who is no part of the program: all pods of a namespace, a range of addresses, or anyone at all. */
export type Outsider = { readonly namespace: string } | { readonly cidr: string } | "anyone";

/** What pods let in from outside of the program. */
export function ingressFromOutside(
  labels: Record<string, string>,
  outsiders: readonly Outsider[],
  port: number,
): PolicySpec {
  const from = outsiders.flatMap((outsider): PolicyPeer[] => {
    if (outsider === "anyone") return [];
    return "cidr" in outsider ? [peer(outsider)] : [{ namespaceSelector: named(outsider.namespace) }];
  });
  // Anyone is no range of addresses: some network plugins count pods and nodes to none.
  const peers = outsiders.includes("anyone") ? {} : { from };
  return {
    podSelector: { matchLabels: labels },
    policyTypes: ["Ingress"],
    ingress: [{ ...peers, ports: [{ protocol: "TCP", port }] }],
  };
}

function named(namespace: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": namespace } };
}

function peer(to: Destination["to"]): PolicyPeer {
  if ("cidr" in to) return { ipBlock: { cidr: to.cidr, ...(to.except?.length && { except: [...to.except] }) } };
  return {
    namespaceSelector: named(typeof to.namespace === "string" ? to.namespace : to.namespace.name),
    podSelector: { matchLabels: to.labels },
  };
}

function isPeer(to: Destination["to"]): to is Peer {
  return !("cidr" in to) && typeof to.namespace !== "string";
}

/**
 * The policies of a consumer's edges: one at its own end, one at each destination that is part of the program. The name
 * of the latter says who comes from which namespace, since others of the same name may come from elsewhere.
 */
export function edgePolicies(
  consumer: Consumer,
  destinations: readonly Destination[],
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (destinations.length === 0) return [];
  // Two databases of one server, say, are one place.
  const distinct = [...new Set(destinations)];
  const policy = (urnName: string, name: string, namespace: NamespaceRef, spec: PolicySpec) =>
    new k8s.networking.v1.NetworkPolicy(
      urnName,
      { metadata: { name, namespace: namespace.created }, spec },
      { parent },
    );
  const ingress = distinct.flatMap(({ to, port }) => {
    if (!isPeer(to)) return [];
    const end = [Object.values(to.labels)[0]!, String(port)];
    return policy(
      joinedLabel([consumer.name, "to", to.namespace.name, ...end]),
      joinedLabel([consumer.namespace.name, consumer.name, "to", ...end]),
      to.namespace,
      ingressFrom(consumer, to, port),
    );
  });
  const egress = `${consumer.name}-egress`;
  return [policy(egress, dnsLabel(egress), consumer.namespace, egressTo(consumer, distinct)), ...ingress];
}
