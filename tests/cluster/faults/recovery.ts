import { serviceNames } from "../../../config/chatdb/services.ts";
import { kubectlJson, podsOf, untilReady, type Pod } from "../support/kubectl.ts";
import { failuresOf, figures, servedAgain, type Lap } from "../support/load.ts";
import type { Workload } from "./workload.ts";

const services = serviceNames.filter((name) => name !== "test-service");
const infrastructure = ["postgres", "kafka", "minio"];

export const isReady = ({ status }: Pod) =>
  status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
export const restarts = ({ status }: Pod) => status.containerStatuses?.[0]?.restartCount ?? 0;

export async function allPods(): Promise<Pod[]> {
  const of = (namespace: string, names: readonly string[]) => names.map((name) => podsOf(namespace, name));
  return (await Promise.all([...of("chatdb-system", infrastructure), ...of("chatdb-services", services)])).flat();
}

export const podsOn = async (node: string) => (await allPods()).filter(({ spec }) => spec.nodeName === node);
export const nameOf = ({ metadata }: Pod) => metadata.labels["app.kubernetes.io/name"]!;

/**
 * Waits until all workloads are ready and all requests are answered again, prints how long that took, and expects that
 * nothing is lost.
 */
export async function recovered(workload: Workload, since: number): Promise<Lap> {
  await untilReady();
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  const lap = await workload.load.lap();
  console.log(`      all ready ${seconds} s after the fault; ${figures(lap)}`);
  for (const failure of failuresOf(lap)) console.log(`        ${failure.slice(0, 240)}`);
  await workload.nothingIsLost(lap.jobs);
  console.log(`      all accepted jobs ended ${((performance.now() - since) / 1000).toFixed(0)} s after the fault`);
  const end = await servedAgain(workload.load);
  console.log(
    `      all requests answered from ${((performance.now() - since) / 1000 - end.seconds).toFixed(0)} s after the fault on`,
  );
  await workload.nothingIsLost(end.jobs);
  return lap;
}

/** The node with the most pods of ChatDB, except the first one, from which the load comes. */
export async function victim(): Promise<string> {
  const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>("get", "nodes");
  const pods = await allPods();
  const count = (node: string) => pods.filter(({ spec }) => spec.nodeName === node).length;
  return items
    .slice(1)
    .map(({ metadata }) => metadata.name)
    .reverse()
    .reduce((most, node) => (count(node) > count(most) ? node : most));
}
