import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { kubectl, type Pod } from "./kubectl.ts";

const run = promisify(execFile);

/**
 * The program that runs the project's own test cluster, whose nodes are on this machine; undefined on any other
 * cluster.
 */
const ownCluster = process.env.CHATDB_OWN_CLUSTER;

/** Whether tests can stop nodes and kill processes on them. */
export const isOurs = ownCluster !== undefined;

/** Kills a pod's processes by SIGKILL where they are on this machine; elsewhere deletes the pod by force. */
export async function kill(pod: Pod): Promise<void> {
  const { namespace, name } = pod.metadata;
  if (!isOurs)
    return void (await kubectl("delete", "pod", name, "--namespace", namespace, "--grace-period=0", "--force"));
  const id = pod.status.containerStatuses![0]!.containerID!.replace("containerd://", "");
  const node = pod.spec.nodeName.replace("node-", "");
  const socket = join(dirname(process.env.KUBECONFIG!), "nodes", node, "containerd.sock");
  await run("ctr", ["--address", socket, "--namespace", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", id]);
}

/** Cuts the power of a node, or restores it. */
export async function power(state: "off" | "on", node: string): Promise<void> {
  const number = node.replace("node-", "");
  const switched = (to: "start" | "stop") => run(ownCluster!, ["node", to, number]);
  if (state === "off") {
    // Its network goes first: a process that is killed while it is up still closes its connections, and one without
    // power does not.
    const name = process.env.CLUSTER_NAME ?? "testcluster";
    await run("ip", ["-n", `${name}-${number}`, "link", "set", "nodes0", "down"]);
    return void (await switched("stop"));
  }
  // A start may fail once on a busy machine; another attempt begins from a stopped node.
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await switched("start"));
    } catch (error) {
      if (attempt === 5) throw error;
      console.log(`      ${node} did not start (${(error as Error).message.trim()}); trying again`);
      await switched("stop");
    }
  }
}
