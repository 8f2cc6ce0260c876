import { expect } from "chai";
import { serviceNames } from "../../../config/chatdb/sizes.ts";
import { kubectl, kubectlJson, podsOf, until, untilReady, type Pod } from "../support/kubectl.ts";
import { failuresOf, figures, servedAgain } from "../support/load.ts";
import { isOurs, kill, power } from "../support/machine.ts";
import { startWorkload, type Workload } from "./workload.ts";

const services = serviceNames.filter((name) => name !== "test-service");
const infrastructure = ["postgres", "kafka", "minio"];

const isReady = ({ status }: Pod) =>
  status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
const restarts = ({ status }: Pod) => status.containerStatuses?.[0]?.restartCount ?? 0;

async function allPods(): Promise<Pod[]> {
  const of = (namespace: string, names: readonly string[]) => names.map((name) => podsOf(namespace, name));
  return (await Promise.all([...of("chatdb-system", infrastructure), ...of("chatdb-services", services)])).flat();
}

const podsOn = async (node: string) => (await allPods()).filter(({ spec }) => spec.nodeName === node);
const nameOf = ({ metadata }: Pod) => metadata.labels["app.kubernetes.io/name"]!;

describe("Faults under load", function () {
  this.timeout(900_000);
  let workload: Workload;

  before(async () => {
    workload = await startWorkload();
  });
  after(() => workload.stop());
  beforeEach(async () => {
    await workload.load.lap();
  });

  /** Waits until all is well again, says how it went, and finds everything in its place. */
  const aftermath = async (since: number) => {
    await untilReady();
    const recovered = ((performance.now() - since) / 1000).toFixed(0);
    const lap = await workload.load.lap();
    console.log(`      all ready ${recovered} s after the fault; ${figures(lap)}`);
    for (const failure of failuresOf(lap)) console.log(`        ${failure.slice(0, 240)}`);
    await workload.nothingIsLost(lap.jobs);
    console.log(`      all accepted jobs ended ${((performance.now() - since) / 1000).toFixed(0)} s after the fault`);
    const end = await servedAgain(workload.load);
    console.log(
      `      all requests answered from ${((performance.now() - since) / 1000 - end.seconds).toFixed(0)} s after the fault on`,
    );
    await workload.nothingIsLost(end.jobs);
    return lap;
  };

  it("loses nothing when every pod in turn is killed", async () => {
    const start = performance.now();
    const slowest = { name: "", seconds: 0 };
    for (const { metadata } of await allPods()) {
      // As it is by now: it may have been started again since.
      const pod = (await allPods()).find(({ metadata: { uid } }) => uid === metadata.uid)!;
      const killed = performance.now();
      await kill(pod);
      await until(`${pod.metadata.name} is back`, 180, async () => {
        const now = (await podsOf(pod.metadata.namespace, nameOf(pod))).filter(
          ({ metadata }) => !metadata.deletionTimestamp,
        );
        const same = now.find(({ metadata }) => metadata.uid === pod.metadata.uid);
        return now.every(isReady) && (!same || restarts(same) > restarts(pod)) ? true : undefined;
      });
      const seconds = (performance.now() - killed) / 1000;
      if (seconds > slowest.seconds) Object.assign(slowest, { name: pod.metadata.name, seconds });
    }
    console.log(
      `      ${(await allPods()).length} pods by ${isOurs ? "SIGKILL" : "forced deletion"}; slowest to be ready again: ${slowest.name}, ${slowest.seconds.toFixed(0)} s`,
    );
    await aftermath(start);
  });

  it("loses no job when a broker dies in mid-publish", async () => {
    const [broker] = await podsOf("chatdb-system", "kafka");
    const start = performance.now();
    const submit = () =>
      workload.gateway.post<{ job_id: string }>("/api/jobs", {
        model_name: "burst",
        dataset_location: "s3://datasets/load.csv",
        target: "y",
      });
    const burst = Array.from({ length: 40 }, submit);
    await Promise.race(burst);
    await kill(broker!);
    const accepted = (await Promise.allSettled(burst)).flatMap((result) =>
      result.status === "fulfilled" ? [result.value.job_id] : [],
    );
    console.log(`      ${accepted.length} of ${burst.length} jobs of the burst accepted`);
    expect(accepted).to.not.be.empty;
    await aftermath(start);
    await workload.nothingIsLost(accepted);
  });

  it("recovers when a node loses its power", async function () {
    if (!isOurs) {
      console.log("      skipped: the nodes are not ours to stop");
      this.skip();
    }
    const node = await victim();
    const start = performance.now();
    const outOfService = "node.kubernetes.io/out-of-service";
    const there = (await podsOn(node)).map(nameOf);
    await power("off", node);
    try {
      await kubectl("wait", `node/${node}`, "--for=condition=Ready=Unknown", "--timeout=180s");
      console.log(
        `      NotReady after ${((performance.now() - start) / 1000).toFixed(0)} s, with ${there.sort().join(", ")}`,
      );
      // Kubernetes cannot tell whether the pods of a StatefulSet still run there, and starts no others, until somebody who knows says so.
      await kubectl("taint", "node", node, `${outOfService}=nodeshutdown:NoExecute`);
      await until("nothing is left on the node", 180, async () =>
        (await podsOn(node)).length === 0 ? true : undefined,
      );
      await aftermath(start);
    } finally {
      await power("on", node);
      await kubectl("taint", "node", node, `${outOfService}-`);
    }
  });

  it("stays in service while a node is drained", async () => {
    const node = await victim();
    const there = (await podsOn(node)).map(nameOf);
    const start = performance.now();
    try {
      await kubectl(
        "drain",
        node,
        "--pod-selector=app.kubernetes.io/part-of=chatdb",
        "--ignore-daemonsets",
        "--delete-emptydir-data",
        "--timeout=300s",
      );
      expect(await podsOn(node)).to.deep.equal([]);
    } finally {
      await kubectl("uncordon", node);
    }
    console.log(`      drained of ${there.sort().join(", ")}`);
    await aftermath(start);
  });

  it("goes out of readiness while an edge is cut for 30 s, and comes back", async () => {
    const policy = ["networkpolicy/training-orchestrator-to-postgres-5432", "--namespace=chatdb-system"];
    const { spec } = await kubectlJson<{ spec: { ingress: unknown[] } }>("get", ...policy);
    const ingress = (rules: unknown[]) =>
      kubectl(
        "patch",
        ...policy,
        "--type=json",
        `--patch=${JSON.stringify([{ op: "replace", path: "/spec/ingress", value: rules }])}`,
      );
    const orchestrators = () => podsOf("chatdb-services", "training-orchestrator");
    const before = await orchestrators();
    const start = performance.now();
    try {
      await ingress([]);
      // A policy decides on new connections; those that are open, their server ends.
      await kubectl(
        "exec",
        "--namespace=chatdb-system",
        "postgres-0",
        "--",
        "psql",
        "--username=postgres",
        "-c",
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'training'",
      );
      await until("no orchestrator is ready", 60, async () =>
        (await orchestrators()).some(isReady) ? undefined : true,
      );
      console.log(`      not ready ${((performance.now() - start) / 1000).toFixed(0)} s after the cut`);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 30_000 - (performance.now() - start))));
    } finally {
      await ingress(spec.ingress);
    }
    const mended = performance.now();
    const lap = await aftermath(mended);
    // The others have nothing to do with that edge.
    for (const answer of ["question 200", "prediction 200", "parse 200", "models 200"])
      expect(lap.counts[answer], answer).to.be.greaterThan(0);
    expect((await orchestrators()).map(restarts), "restarts").to.deep.equal(before.map(restarts));
  });
});

/** Of all nodes but the first, from which the load comes, the one with the most pods of ChatDB. */
async function victim(): Promise<string> {
  const { items } = await kubectlJson<{ items: { metadata: { name: string } }[] }>("get", "nodes");
  const pods = await allPods();
  const count = (node: string) => pods.filter(({ spec }) => spec.nodeName === node).length;
  return items
    .slice(1)
    .map(({ metadata }) => metadata.name)
    .reverse()
    .reduce((most, node) => (count(node) > count(most) ? node : most));
}
