import { until, untilReady } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { figures, servedAgain } from "../support/load.ts";
import { isOurs } from "../support/machine.ts";
import { smallDisk, type SmallDisk } from "../support/small-disk.ts";
import { startWorkload, type Workload } from "./workload.ts";

describe("A full volume under load", function () {
  this.timeout(900_000);
  let workload: Workload;
  let disk: SmallDisk;

  before(async function () {
    if (!isOurs) {
      console.log("      skipped: the volumes are not on this machine");
      this.skip();
    }
    workload = await startWorkload();
    disk = await smallDisk("chatdb-system", "postgres");
  });
  after(async () => {
    await workload?.stop();
    await disk?.remove();
  });

  it("rejects jobs while PostgreSQL's volume is full, loses none that it accepted, and continues when there is space", async () => {
    await workload.load.lap();
    const start = performance.now();
    const elapsed = () => ((performance.now() - start) / 1000).toFixed(0);
    const accepted: string[] = [];
    const submit = () =>
      workload.gateway.post<{ job_id: string }>("/api/jobs", {
        model_name: "full",
        dataset_location: "s3://datasets/load.csv",
        target: "y",
      });
    await disk.fill();
    try {
      // The write-ahead log has space up to the end of its segment; the next segment finds none.
      await psql("postgres", "select pg_switch_wal()").catch(() => undefined);
      const refusal = await until("a job is refused", 180, () =>
        submit().then(
          ({ job_id }) => void accepted.push(job_id),
          (error: Error) => error.message,
        ),
      );
      console.log(
        `      refused ${elapsed()} s after the volume was full, ${accepted.length} accepted before: ${refusal.slice(0, 160)}`,
      );
    } finally {
      await disk.free();
    }
    const freed = performance.now();
    await untilReady();
    await until("jobs are accepted again", 120, async () => accepted.push((await submit()).job_id));
    const lap = await workload.load.lap();
    console.log(
      `      at work again ${((performance.now() - freed) / 1000).toFixed(0)} s after there was room; ${figures(lap)}`,
    );
    await workload.nothingIsLost([...accepted, ...lap.jobs]);
    await workload.nothingIsLost((await servedAgain(workload.load)).jobs);
  });
});
