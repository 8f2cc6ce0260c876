import type { RecordedResource } from "./recorder.ts";
import { containers, objects, workloads, type Objects } from "./objects.ts";

type Policy = Objects["NetworkPolicy"];
type Rule = Policy["spec"]["egress"][number];
type Peer = Rule["to"][number];
type Selector = Peer["podSelector"];

/** Pods of one workload, and the ports that they listen on. */
interface Pods {
  /** `namespace/name` of what makes them. */
  readonly title: string;
  readonly namespace: string;
  readonly podLabels: Record<string, string>;
  readonly ports: readonly number[];
}

/**
 * All pods: those of the program's workloads, and those that CloudNativePG makes,
 * https://cloudnative-pg.io/documentation/current/labels_annotations/.
 */
function allPods(resources: readonly RecordedResource[]): Pods[] {
  const own = workloads(resources).map((workload) => ({
    ...workload,
    title: `${workload.namespace}/${workload.name}`,
    ports: containers(workload).flatMap(({ ports }) => (ports ?? []).map(({ containerPort }) => containerPort)),
  }));
  const clusters = objects(resources, "Cluster").map(({ metadata: { name, namespace } }) => ({
    title: `${namespace}/${name}`,
    namespace,
    podLabels: { "cnpg.io/cluster": name },
    ports: [5432, 8000],
  }));
  return [...own, ...clusters];
}

/**
 * Lists every connection that the network policies allow, by Kubernetes' rules: a pod that no policy of a direction
 * selects is open in that direction; otherwise a rule must allow the connection. At the ends: workloads by
 * `namespace/name`, ranges of addresses outside of the cluster, the cluster's `dns`, all of a `namespace`, some pods in
 * another one, and `anyone`.
 */
export function openConnections(resources: readonly RecordedResource[]): string[] {
  const pods = allPods(resources);
  const policies = objects(resources, "NetworkPolicy");
  const inside = pods.flatMap((from) =>
    pods.flatMap((to) =>
      to.ports
        .filter((port) => allows(policies, "Egress", from, to, port) && allows(policies, "Ingress", to, from, port))
        .map((port) => `${from.title} -> ${to.title}:${port}`),
    ),
  );
  const outside = pods.flatMap((pod) => [
    ...rules(policies, "Egress", pod).flatMap((rule) =>
      rule.to.flatMap((peer) =>
        rule.ports.flatMap(({ port }) => elsewhere(peer, port, pods).map((place) => `${pod.title} -> ${place}`)),
      ),
    ),
    ...(rules(policies, "Egress", pod) === unrestricted ? [`${pod.title} -> anyone`] : []),
    ...rules(policies, "Ingress", pod).flatMap((rule) =>
      strangers(rule).flatMap((from) => rule.ports.map(({ port }) => `${from} -> ${pod.title}:${port}`)),
    ),
  ]);
  return [...new Set([...inside, ...outside])].sort();
}

const everyone: Peer[] = [];
const unrestricted: Rule[] = [{ to: everyone, ports: [] }];

/** The rules that apply to a pod in one direction, the peers of both directions under `to`. */
function rules(policies: Policy[], direction: "Ingress" | "Egress", pod: Pods): Rule[] {
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(direction) &&
      matches(spec.podSelector, pod.podLabels),
  );
  if (selecting.length === 0) return unrestricted;
  return selecting.flatMap(({ spec }) =>
    direction === "Egress"
      ? (spec.egress ?? []).map(({ to, ports }) => ({ to: to ?? everyone, ports: ports ?? [] }))
      : (spec.ingress ?? []).map(({ from, ports }) => ({ to: from ?? everyone, ports: ports ?? [] })),
  );
}

function allows(policies: Policy[], direction: "Ingress" | "Egress", pod: Pods, other: Pods, port: number): boolean {
  return rules(policies, direction, pod).some(
    (rule) =>
      (rule.ports.length === 0 || rule.ports.some((allowed) => allowed.port === port && allowed.protocol === "TCP")) &&
      (rule.to.length === 0 || rule.to.some((peer) => isPeer(peer, other, pod.namespace))),
  );
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: Peer, pod: Pods, ownNamespace: string): boolean {
  if (ipBlock) return false;
  const inNamespace = namespaceSelector
    ? matches(namespaceSelector, { "kubernetes.io/metadata.name": pod.namespace })
    : pod.namespace === ownNamespace;
  return inNamespace && matches(podSelector, pod.podLabels);
}

function matches(selector: Selector | undefined, labels: Record<string, string>): boolean {
  if (selector?.matchExpressions) throw new Error("Selectors by expression are not understood here.");
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Destinations that are not workloads of the program. */
function elsewhere(
  { ipBlock, namespaceSelector, podSelector }: Peer,
  port: number | string,
  pods: readonly Pods[],
): string[] {
  if (ipBlock) return [`${ipBlock.cidr}:${port}`];
  if (podSelector?.matchLabels["k8s-app"] === "kube-dns") return ["dns"];
  const namespace = namespaceSelector?.matchLabels["kubernetes.io/metadata.name"];
  const own = namespace === undefined || pods.some((each) => each.namespace === namespace);
  return own ? [] : [`${Object.values(podSelector?.matchLabels ?? {}).join("+")} in ${namespace}:${port}`];
}

/** Clients that a rule allows and that are not workloads of the program. */
function strangers({ to }: Rule): string[] {
  if (to === everyone) return ["anyone"];
  return to.flatMap(({ ipBlock, namespaceSelector, podSelector }) => {
    if (ipBlock) return [ipBlock.cidr];
    return podSelector ? [] : [`namespace ${namespaceSelector?.matchLabels["kubernetes.io/metadata.name"]}`];
  });
}
