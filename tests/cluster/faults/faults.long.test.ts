import { expect } from "chai";
import { kubectl, kubectlJson, podsOf, until } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { isOurs, kill } from "../support/machine.ts";
import { allPods, isReady, nameOf, podsOn, recovered, restarts, victim } from "./recovery.ts";
import { startWorkload, type Workload } from "./workload.ts";

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

  it("loses nothing when every pod is killed, one after the other", async () => {
    const start = performance.now();
    const slowest = { name: "", seconds: 0 };
    for (const { metadata } of await allPods()) {
      // The pod may have been restarted since the list was read.
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
    await recovered(workload, start);
  });

  it("serves requests while a node is drained", async () => {
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
    await recovered(workload, start);
  });

  it("becomes unready while an edge is cut for 30 s, and ready again afterwards", async () => {
    const policy = [
      "networkpolicy/chatdb-services--training-orchestrator--to--postgres--5432",
      "--namespace=chatdb-system",
    ];
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
      // A policy affects new connections alone, so the server closes the open ones.
      await psql("postgres", "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'training'");
      await until("no orchestrator is ready", 60, async () =>
        (await orchestrators()).some(isReady) ? undefined : true,
      );
      console.log(`      not ready ${((performance.now() - start) / 1000).toFixed(0)} s after the cut`);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 30_000 - (performance.now() - start))));
    } finally {
      await ingress(spec.ingress);
    }
    const mended = performance.now();
    const lap = await recovered(workload, mended);
    // The other services do not use that edge.
    for (const answer of ["question 200", "prediction 200", "parse 200", "models 200"])
      expect(lap.counts[answer], answer).to.be.greaterThan(0);
    expect((await orchestrators()).map(restarts), "restarts").to.deep.equal(before.map(restarts));
  });
});
