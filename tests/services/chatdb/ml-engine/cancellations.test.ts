import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { jobsKeptMs } from "@chatdb/contracts/topics.ts";
import type { AttemptCancellation } from "@chatdb/contracts/jobs.ts";
import { createLogger } from "@platform/kit/log.ts";
import { Cancellations } from "@chatdb/ml-engine/cancellations.ts";

const day = 86_400_000;

describe("cancellations", () => {
  const stops = new Cancellations(createLogger("test", "silent"));
  const stop = (ageMs: number): AttemptCancellation => ({
    job_id: randomUUID(),
    up_to_attempt: 2,
    reason: "cancelled",
    at: new Date(Date.now() - ageMs).toISOString(),
  });
  const isStopped = (job_id: string, attempt: number) =>
    stops.whileRunning({ job_id, attempt }, (stopped) => Promise.resolve(stopped.aborted));

  it("are kept as long as Kafka keeps their jobs", async () => {
    const [gone, old, recent] = [stop(jobsKeptMs + day), stop(jobsKeptMs - day), stop(0)];
    for (const each of [gone, old, recent]) stops.handle(each);
    expect([
      await isStopped(gone.job_id, 1),
      await isStopped(old.job_id, 1),
      await isStopped(recent.job_id, 1),
    ]).to.deep.equal([false, true, true]);
    expect(await isStopped(old.job_id, 3)).to.equal(false);
  });
});
