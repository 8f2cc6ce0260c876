import { randomUUID } from "node:crypto";
import { edges } from "../../../render/graph.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { workloads, type Workload } from "../../../render/objects.ts";
import { kubectl, kubectlJson, podsOf, until } from "./kubectl.ts";
import { node, nodeImage, outside, program, startOutsider } from "./outside.ts";

/** The targets that accepted a connection. */
export interface Reached {
  /** Names of those targets. */
  readonly answered: readonly string[];
  /** Address of the name that was resolved; absent where that failed. */
  readonly resolved?: string;
}

/** Workloads whose pods stay, unlike those of Jobs and CronJobs. */
function running(resources: readonly RecordedResource[]): Workload[] {
  return workloads(resources).filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
}

function ports({ pod }: Workload): number[] {
  return pod.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}

/**
 * Ports on which the replicas of a cluster talk among themselves: brokers on all but the clients' port, object stores
 * on that one.
 */
const amongPeers: Record<string, (ports: number[]) => number[]> = {
  kafka: (ports) => ports.slice(1),
  minio: (ports) => ports.slice(0, 1),
};

/**
 * What may connect to what: to the first port of everything that a service declared to use, which is the one for
 * clients, and what has several replicas among itself.
 */
export function declared(resources: readonly RecordedResource[]): string[] {
  const all = running(resources);
  const uses = edges(resources).map(
    ({ from, to }) =>
      `${untitled(from)} -> ${untitled(to)}:${ports(all.find(({ name }) => name === untitled(to))!)[0]}`,
  );
  const clusters = all.filter(
    ({ name, object }) => name in amongPeers && (object.spec as { replicas?: number }).replicas! > 1,
  );
  const peers = clusters.flatMap((cluster) =>
    amongPeers[cluster.name]!(ports(cluster)).map((port) => `${cluster.name} -> ${cluster.name}:${port}`),
  );
  return [...new Set([...uses, ...peers])].sort();
}

/** The name in `system/name`: a cluster test is about one system. */
function untitled(title: string): string {
  return title.split("/")[1]!;
}

interface Addressed {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status: { readonly podIP: string; readonly hostIP: string };
}

/** Addresses of all container ports of the stack, by `workload/pod:port`. */
export async function listeners(resources: readonly RecordedResource[]): Promise<Record<string, string>> {
  const found = await Promise.all(
    running(resources).map(async (workload) =>
      (await addressed(workload)).flatMap(({ metadata, status }) =>
        ports(workload).map((port) => [`${workload.name}/${metadata.name}:${port}`, `${status.podIP}:${port}`]),
      ),
    ),
  );
  return Object.fromEntries(found.flat()) as Record<string, string>;
}

async function addressed({ namespace, name }: Workload): Promise<Addressed[]> {
  const pods = await podsOf(namespace, name);
  return pods.filter(
    ({ metadata, status }) => status.phase === "Running" && metadata.deletionTimestamp === undefined,
  ) as unknown as Addressed[];
}

/** Addresses of the API server and each node's kubelet, which no service needs. */
export async function clusterItself(): Promise<Record<string, string>> {
  const server = await kubectl(
    "get",
    "endpoints/kubernetes",
    "--namespace=default",
    "--output=jsonpath={.subsets[0].addresses[0].ip}:{.subsets[0].ports[0].port}",
  );
  const { items } = await kubectlJson<{
    items: { metadata: { name: string }; status: { addresses: { type: string; address: string }[] } }[];
  }>("get", "nodes");
  const kubelets = items.map(({ metadata, status }) => [
    metadata.name,
    `${status.addresses.find(({ type }) => type === "InternalIP")!.address}:10250`,
  ]);
  return { "API server": server, ...(Object.fromEntries(kubelets) as Record<string, string>) };
}

const nameToLookUp = "api-gateway.chatdb-services.svc.cluster.local";

/** The targets that one pod reached. */
export interface Attempt extends Reached {
  readonly pod: string;
  /** Address of the pod's node. */
  readonly host: string;
}

/** What one pod of each workload reaches, by the workload's name, tried by an ephemeral container of the pod. */
export async function reachedFrom(
  resources: readonly RecordedResource[],
  targets: Record<string, string>,
): Promise<Map<string, Attempt>> {
  const image = await nodeImage();
  const results = await Promise.all(
    running(resources).map(async (workload) => {
      const [pod] = await addressed(workload);
      const { namespace, name } = pod!.metadata;
      return [
        workload.name,
        { pod: name, host: pod!.status.hostIP, ...(await tryIn(namespace, name, image, targets)) },
      ] as const;
    }),
  );
  return new Map(results);
}

interface Terminated {
  readonly reason: string;
  readonly exitCode: number;
  readonly message?: string;
}

/** An ephemeral container has the pod's network and user, and an image of its own. */
async function tryIn(namespace: string, pod: string, image: string, targets: Record<string, string>): Promise<Reached> {
  const container = `connections-${randomUUID().slice(0, 8)}`;
  await kubectl(
    ...[
      "debug",
      `pod/${pod}`,
      "--namespace",
      namespace,
      `--container=${container}`,
      `--image=${image}`,
      "--image-pull-policy=IfNotPresent",
      "--profile=restricted",
    ],
    ...[
      `--env=TARGETS=${JSON.stringify(targets)}`,
      `--env=NAME=${nameToLookUp}`,
      "--",
      node,
      "--input-type=module-typescript",
      "--eval",
      program("try-connections"),
    ],
  );
  return until(`${container} of ${pod} ends`, 60, async () => {
    const { status } = await kubectlJson<{
      status: { ephemeralContainerStatuses?: { name: string; state: { terminated?: Terminated } }[] };
    }>("get", `pod/${pod}`, "--namespace", namespace);
    const { terminated } = status.ephemeralContainerStatuses?.find(({ name }) => name === container)?.state ?? {};
    if (terminated && terminated.message === undefined)
      throw new Error(`${terminated.reason}, exit code ${terminated.exitCode}`);
    return terminated && (JSON.parse(terminated.message!) as Reached);
  });
}

/** What a pod without policies reaches. */
export async function reachedFromOutside(targets: Record<string, string>): Promise<Reached> {
  await startOutsider("try-connections", { env: { TARGETS: JSON.stringify(targets), NAME: nameToLookUp } });
  const message = "--output=jsonpath={.status.containerStatuses[0].state.terminated.message}";
  return JSON.parse(await kubectl("get", "pod/try-connections", "--namespace", outside, message)) as Reached;
}
