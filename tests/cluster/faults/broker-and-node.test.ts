import { expect } from "chai";
import { kubectl, podsOf, until } from "../support/kubectl.ts";
import { isOurs, kill, power } from "../support/machine.ts";
import { nameOf, podsOn, recovered, victim } from "./recovery.ts";
import { startWorkload, type Workload } from "./workload.ts";

describe("A broker and a node fail under load", function () {
  this.timeout(900_000);
  let workload: Workload;

  before(async () => {
    workload = await startWorkload();
  });
  after(() => workload.stop());
  beforeEach(async () => {
    await workload.load.lap();
  });

  it("loses no job when a broker is killed while it receives jobs", async () => {
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
    await recovered(workload, start);
    await workload.nothingIsLost(accepted);
  });

  it("recovers when a node loses power", async function () {
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
      // Kubernetes does not replace the pods of a StatefulSet until the node is declared out of service.
      await kubectl("taint", "node", node, `${outOfService}=nodeshutdown:NoExecute`);
      await until("nothing is left on the node", 180, async () =>
        (await podsOn(node)).length === 0 ? true : undefined,
      );
      await recovered(workload, start);
    } finally {
      await power("on", node);
      await kubectl("taint", "node", node, `${outOfService}-`);
    }
  });
});
