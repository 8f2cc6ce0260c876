import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import { topics } from "@chatdb/contracts/topics.ts";
import { userHeader } from "@chatdb/contracts/common.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { retryPause } from "@chatdb/training-orchestrator/job-retry.ts";
import { relayBatch } from "@chatdb/training-orchestrator/relay.ts";
import { schedule } from "@chatdb/training-orchestrator/scheduler.ts";
import { eventually } from "../../support/eventually.ts";
import { at, brokenBus, idOf, orchestrators, request, says, type Orchestrator } from "./orchestrator.ts";

describe("training-orchestrator: scheduler", () => {
  const { db, start } = orchestrators();
  const attempts = ({ sent }: Orchestrator) => sent.map(({ job_id, attempt }) => `${job_id} ${attempt}`);
  const fails = (job_id: string, attempt: number, transient: boolean) => ({
    ...says(job_id, attempt, 1),
    kind: "failed" as const,
    transient,
    error: "the registry is away",
  });
  const underWay = async () =>
    (await db().selectFrom("jobs").select("id").where("phase", "in", ["sent", "started"]).execute()).length;

  it("sends at most concurrentJobs, and the next one as soon as one ends", async () => {
    const one = await start({ concurrentJobs: 2 });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(idOf(await one.post()));
    await eventually(() => expect(one.sent).to.have.lengthOf(2));
    await one.tell({ ...says(ids[0]!, 1, 1), kind: "started" });
    await eventually(async () => expect((await one.get(ids[0]!)).status).to.equal("running"));
    expect(await underWay()).to.equal(2);
    await one.tell({
      ...says(ids[1]!, 1, 1),
      kind: "succeeded",
      model: { name: "house-prices", version: 1 },
      metrics: {},
    });
    await eventually(() => expect(attempts(one)).to.deep.equal(ids.slice(0, 3).map((id) => `${id} 1`)));
    await one.tell(fails(ids[0]!, 1, false));
    await eventually(() => expect(one.sent).to.have.lengthOf(4));
  });

  it("sends the highest priority first, then the owner with the fewest running jobs, then the oldest job", async () => {
    const one = await start({ concurrentJobs: 1 });
    const post = async (owner: string, priority = "normal") =>
      idOf(await one.post({ ...request, priority }, { [userHeader]: owner }));
    const busy = await post("ann");
    await eventually(() => expect(one.sent).to.have.lengthOf(1));
    const low = await post("bob", "low");
    const ann = [await post("ann"), await post("ann"), await post("ann")];
    const bob = [await post("bob"), await post("bob")];
    const high = await post("ann", "high");
    await one.cancel(busy);
    await eventually(() => expect(one.sent.at(-1)?.job_id).to.equal(high));
    await schedule(db(), { concurrentJobs: 7, heartbeatTimeoutMs: 600_000 });
    await eventually(() =>
      expect(one.sent.slice(1).map(({ job_id }) => job_id)).to.deep.equal([
        high,
        bob[0],
        ann[0],
        bob[1],
        ann[1],
        ann[2],
        low,
      ]),
    );
  });

  it("chooses a batch as if one job were chosen after the other", async () => {
    const { post } = await start({ concurrentJobs: 1, bus: brokenBus(), pollMs: 600_000 });
    await post();
    await eventually(async () => expect(await underWay()).to.equal(1));
    const job = fc.record({
      owner: fc.constantFrom("ann", "bob", "cec"),
      priority: fc.integer({ min: 0, max: 2 }),
      underWay: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { maxLength: 12 }), fc.integer({ min: 0, max: 6 }), async (jobs, room) => {
        await db().deleteFrom("jobs").execute();
        const rows = jobs.map(({ owner, priority, underWay }, n) => ({
          ...request,
          id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
          parameters: "{}",
          owner,
          priority,
          phase: underWay ? ("sent" as const) : ("queued" as const),
          heard_at: new Date(),
        }));
        for (const row of rows) await db().insertInto("jobs").values(row).execute();
        const sent = await schedule(db(), {
          concurrentJobs: jobs.filter(({ underWay }) => underWay).length + room,
          heartbeatTimeoutMs: 600_000,
        });
        expect(sent).to.deep.equal(inTurn(rows, room));
      }),
      { numRuns: 60 },
    );
  });

  it("retries after transient failures with a pause, until no attempt is left", async () => {
    const pauses: number[] = [];
    const one = await start({ retryPause: (failures) => (pauses.push(failures), 0) });
    const job_id = idOf(await one.post({ ...request, max_attempts: 3 }));
    for (let attempt = 1; attempt <= 3; attempt++) {
      await eventually(() => expect(attempts(one)).to.have.lengthOf(attempt).and.include(`${job_id} ${attempt}`));
      await one.tell(fails(job_id, attempt, true), fails(job_id, attempt, true));
    }
    await eventually(async () =>
      expect(await one.get(job_id)).to.include({ status: "failed", attempt: 3, error: "the registry is away" }),
    );
    await eventually(() => expect(one.deadLetters).to.have.lengthOf(1));
    expect(one.deadLetters[0]).to.deep.include({
      from: topics.trainingJobs,
      key: job_id,
      reason: "the registry is away",
      value: { job_id, attempt: 3, ...request, parameters: {} },
    });
    expect(pauses).to.deep.equal([1, 2]);
    expect((await one.history(job_id)).map(({ kind, attempt }) => `${kind} ${attempt}`)).to.deep.equal([
      "queued 0",
      "sent 1",
      "retrying 1",
      "sent 2",
      "retrying 2",
      "sent 3",
      "failed 3",
    ]);
  });

  it("lets other jobs run during the pause of a retry", async () => {
    const one = await start({ concurrentJobs: 1, retryPause: () => 3_600_000 });
    const job_id = idOf(await one.post());
    await eventually(() => expect(one.sent).to.have.lengthOf(1));
    await one.tell(fails(job_id, 1, true));
    await eventually(async () => expect((await one.get(job_id)).next_attempt_at).to.be.a("string"));
    const other = idOf(await one.post());
    await eventually(() => expect(attempts(one)).to.deep.equal([`${job_id} 1`, `${other} 1`]));
    expect(await one.get(job_id)).to.include({ status: "queued", attempt: 1, error: "the registry is away" });
    await one.cancel(other);
    await db().updateTable("jobs").set({ next_attempt_at: new Date() }).where("id", "=", job_id).execute();
    await eventually(() => expect(attempts(one)).to.include(`${job_id} 2`));
    expect(await one.get(job_id)).not.to.have.any.keys("error", "next_attempt_at");
  });

  it("doubles the pause from a second up to a minute, with a jitter down to half", () => {
    for (const [failures, most] of [
      [1, 1000],
      [2, 2000],
      [6, 32_000],
      [7, 60_000],
      [19, 60_000],
    ] as const) {
      for (let i = 0; i < 100; i++) expect(retryPause(failures)).to.be.within(most / 2, most);
    }
  });

  it("fails a job whose attempt takes too long, and notifies the engines", async () => {
    const one = await start();
    const job_id = idOf(await one.post({ ...request, timeout_s: 60 }));
    await eventually(() => expect(one.sent).to.have.lengthOf(1));
    await one.tell({ ...says(job_id, 1, -50), kind: "started" });
    await eventually(async () => expect((await one.get(job_id)).status).to.equal("running"));
    await one.tell({ ...says(job_id, 1, -61), kind: "started" });
    await eventually(async () =>
      expect(await one.get(job_id)).to.include({ status: "failed", error: "It took longer than its limit of 60 s." }),
    );
    await eventually(() =>
      expect(
        one.cancellations.map(({ job_id, up_to_attempt, reason }) => ({ job_id, up_to_attempt, reason })),
      ).to.deep.equal([{ job_id, up_to_attempt: 1, reason: "timed out" }]),
    );
    await one.tell({
      ...says(job_id, 1, 1),
      kind: "succeeded",
      model: { name: "house-prices", version: 2 },
      metrics: {},
    });
    await eventually(async () => expect(await one.get(job_id)).to.include({ status: "succeeded", finished_at: at(1) }));
  });

  it("sends a silent attempt again after the heartbeat timeout, as the same attempt", async () => {
    const one = await start();
    const [lost, heard] = [idOf(await one.post()), idOf(await one.post())];
    await eventually(() => expect(one.sent).to.have.lengthOf(2));
    await db()
      .updateTable("jobs")
      .set({ heard_at: new Date(Date.now() - 601_000) })
      .execute();
    await one.tell({ ...says(heard, 1, 1), kind: "log", text: "still at it" });
    await eventually(() => expect(attempts(one).filter((sent) => sent === `${lost} 1`)).to.have.lengthOf(2));
    expect((await one.history(lost)).map(({ kind }) => kind)).to.deep.equal(["queued", "sent", "sent"]);
    await turn();
    expect((await one.get(lost)).attempt).to.equal(1);
  });

  it("sends running jobs again at start if the bus loses its messages", async () => {
    const first = await start();
    const [running, waiting, ended] = [idOf(await first.post()), idOf(await first.post()), idOf(await first.post())];
    await eventually(() => expect(first.sent).to.have.lengthOf(3));
    await first.tell({ ...says(running, 1, 1), kind: "started" }, fails(ended, 1, false));
    await eventually(async () =>
      expect([(await first.get(running)).status, (await first.get(ended)).status]).to.deep.equal(["running", "failed"]),
    );
    await first.stop();
    const second = await start({ resendAtStart: true });
    await eventually(() => expect(attempts(second)).to.have.members([`${running} 1`, `${waiting} 1`]));
    const third = idOf(await second.post());
    await eventually(() => expect(attempts(second).slice(2)).to.deep.equal([`${third} 1`]));
  });

  it("relays other topics while one is unavailable, and that one later", async () => {
    const bus = createMemoryEventBus();
    const published: string[] = [];
    const partly = {
      ...bus,
      publish: (topic: string, events: unknown[]) =>
        topic === "away"
          ? Promise.reject(new Error("no such topic"))
          : Promise.resolve(void published.push(`${topic} ${events.length}`)),
    };
    for (const topic of ["away", "there", "there"])
      await db().insertInto("outbox").values({ topic, key: "k", value: "1" }).execute();
    const failure = await relayBatch(db(), partly).catch((error: unknown) => error);
    expect((failure as AggregateError).errors).to.have.lengthOf(1);
    expect(published).to.deep.equal(["there 2"]);
    expect((await db().selectFrom("outbox").select("topic").execute()).map(({ topic }) => topic)).to.deep.equal([
      "away",
    ]);
  });
});

interface Waiting {
  id: string;
  owner: string;
  priority: number;
  phase: string;
}

/** One after the other, as the rule says. */
function inTurn(jobs: Waiting[], room: number): string[] {
  const waiting = jobs.filter(({ phase }) => phase === "queued");
  const count = new Map<string, number>();
  const load = ({ owner }: Waiting) => count.get(owner) ?? 0;
  const take = (job: Waiting) => count.set(job.owner, load(job) + 1);
  jobs.filter(({ phase }) => phase === "sent").forEach(take);
  const sent: string[] = [];
  while (sent.length < room && waiting.length > 0) {
    waiting.sort(
      (left, right) => right.priority - left.priority || load(left) - load(right) || left.id.localeCompare(right.id),
    );
    const next = waiting.shift()!;
    take(next);
    sent.push(next.id);
  }
  return sent;
}
