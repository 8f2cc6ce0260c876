import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dnsLabel, joinedLabel } from "../workload/dns-label.ts";
import type { NamespaceRef } from "../workload/namespace-ref.ts";
import type { Consumer, Destination, Peer } from "./connection.ts";

type PolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** Denies everything in both directions, the start of every namespace. */
export const denyAll: PolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/**
 * Allows every pod of a namespace to look up names at the cluster's DNS. A policy sees the port of the DNS pod, not the
 * Service's 53: CoreDNS without privileges listens on others, which keep their names.
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

/** Allows a consumer to open connections to its declared destinations and no others. */
export function egressTo(consumer: Consumer, destinations: readonly Destination[]): PolicySpec {
  return {
    podSelector: { matchLabels: consumer.labels },
    policyTypes: ["Egress"],
    egress: destinations.map(({ to, port }) => ({ to: [peer(to)], ports: [{ protocol: "TCP", port }] })),
  };
}

/** Allows one consumer to open connections to a destination. */
export function ingressFrom(consumer: Peer, to: Peer, port: number): PolicySpec {
  return {
    podSelector: { matchLabels: to.labels },
    policyTypes: ["Ingress"],
    ingress: [{ from: [peer(consumer)], ports: [{ protocol: "TCP", port }] }],
  };
}

/** Clients that are no part of the program: all pods of a namespace, a range of addresses, or anyone. */
export type Outsider = { readonly namespace: string } | { readonly cidr: string } | "anyone";

/** Allows clients from outside of the program to open connections to pods. */
export function ingressFromOutside(
  labels: Record<string, string>,
  outsiders: readonly Outsider[],
  port: number,
): PolicySpec {
  const from = outsiders.flatMap((outsider): PolicyPeer[] => {
    if (outsider === "anyone") return [];
    return "cidr" in outsider ? [peer(outsider)] : [{ namespaceSelector: named(outsider.namespace) }];
  });
  // "Anyone" is not a range of addresses: for some network plugins, pods and nodes are in none.
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
 * Makes the policies of a consumer's connections: one at its own end, and one at each destination that is part of the
 * program. The latter's name contains the consumer's namespace, since another consumer may have the same name.
 */
export function edgePolicies(
  consumer: Consumer,
  destinations: readonly Destination[],
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (destinations.length === 0) return [];
  // Two databases of one server are one destination.
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
