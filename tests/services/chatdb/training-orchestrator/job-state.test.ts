import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import {
  applyFact,
  hasEnded,
  newJob,
  statusOf,
  type Fact,
  type JobState,
} from "@chatdb/training-orchestrator/job-state.ts";

const job_id = randomUUID();
const model = (version: number) => ({ name: "m", version });

const at = fc.integer({ min: 0, max: 9 }).map((second) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString());
const attempt = fc.integer({ min: 1, max: 4 });
const of = fc.record({ job_id: fc.constant(job_id), attempt, at });
const error = fc.constantFrom("no such dataset", "the registry is away");

/** All that can be told of a job but that someone asked for a further attempt, which moves the bound of attempts. */
const fact: fc.Arbitrary<Fact> = fc.oneof(
  of.map((of): Fact => ({ ...of, kind: "sent" })),
  of.map((of): Fact => ({ ...of, kind: "started" })),
  fc
    .tuple(of, fc.integer({ min: 0, max: 4 }), fc.constantFrom("reading", "training"))
    .map(([of, share, step]): Fact => ({ ...of, kind: "progress", share: share / 4, step })),
  of.map((of): Fact => ({ ...of, kind: "log", text: "a line" })),
  fc
    .tuple(of, error, fc.boolean())
    .map(([of, error, transient]): Fact => ({ ...of, kind: "failed", error, transient })),
  of.map((of): Fact => ({ ...of, kind: "stopped", reason: "cancelled" })),
  fc
    .tuple(of, fc.integer({ min: 1, max: 2 }))
    .map(([of, version]): Fact => ({ ...of, kind: "succeeded", model: model(version), metrics: { r2: version } })),
  of.map((of): Fact => ({ ...of, kind: "cancelled" })),
  of.map((of): Fact => ({ ...of, kind: "timed out", error: "It took longer than its limit of 5 s." })),
);

const lastAttempt = 3;
/** Without what is undefined, which says the same as what is absent. */
const outcome = (facts: readonly Fact[], from: JobState = newJob(lastAttempt)) =>
  JSON.parse(JSON.stringify(facts.reduce(applyFact, from))) as JobState;
const of1 = (second: number) => ({ job_id, attempt: 1, at: `2026-01-01T00:00:0${second}.000Z` });
const started = (second: number): Fact => ({ ...of1(second), kind: "started" });
const transient = (second: number, attempt = 1): Fact => ({
  ...of1(second),
  attempt,
  kind: "failed",
  error: "the registry is away",
  transient: true,
});
const succeeded = (second: number): Fact => ({ ...of1(second), kind: "succeeded", model: model(1), metrics: {} });

describe("the state of a job", () => {
  it("is the same for any order and repetition of the facts", () => {
    const deliveries = fc
      .array(fact, { maxLength: 8 })
      .chain((facts) =>
        fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: 2 * facts.length })),
      );
    fc.assert(
      fc.property(deliveries, ([facts, delivered]) => {
        expect(outcome(delivered)).to.deep.equal(outcome(facts));
      }),
      { numRuns: 5000 },
    );
  });

  it("is the same whether facts arrive in halves or all at once", () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 6 }), fc.array(fact, { maxLength: 6 }), (first, second) => {
        expect(outcome([...second, ...first, ...second])).to.deep.equal(outcome([...first, ...second]));
      }),
      { numRuns: 2000 },
    );
  });

  it("ends as succeeded if any attempt succeeded", () => {
    fc.assert(
      fc.property(fc.array(fact), (facts) => {
        expect(outcome(facts).phase === "succeeded").to.equal(facts.some(({ kind }) => kind === "succeeded"));
      }),
    );
  });

  it("ignores older attempts, except for success", () => {
    fc.assert(
      fc.property(fc.array(fact), (facts) => {
        const latest = Math.max(1, ...facts.filter(({ kind }) => kind !== "log").map(({ attempt }) => attempt));
        const without = facts.filter(({ kind, attempt }) => attempt === latest || kind === "succeeded");
        expect(outcome(without)).to.deep.equal(outcome(facts));
      }),
      { numRuns: 2000 },
    );
  });

  it("never goes back within an attempt", () => {
    const ranks = ["queued", "sent", "started", "retrying", "failed", "cancelled", "succeeded"];
    fc.assert(
      fc.property(fc.array(fact), (facts) => {
        facts.reduce((state, fact) => {
          const next = applyFact(state, fact);
          expect(next.attempt).to.be.at.least(state.attempt);
          if (next.attempt === state.attempt)
            expect(ranks.indexOf(next.phase)).to.be.at.least(ranks.indexOf(state.phase));
          return next;
        }, newJob(lastAttempt));
      }),
    );
  });

  it("holds only the fields of its phase", () => {
    fc.assert(
      fc.property(fc.array(fact), (facts) => {
        const { phase, model, metrics, error, finished_at } = outcome(facts);
        expect(model !== undefined && metrics !== undefined).to.equal(phase === "succeeded");
        expect(error !== undefined).to.equal(phase === "failed" || phase === "retrying");
        expect(finished_at !== undefined).to.equal(hasEnded(phase) || phase === "retrying");
      }),
    );
  });

  it("is retrying after a transient failure, until no attempt is left", () => {
    expect(outcome([started(1), transient(2)])).to.include({
      phase: "retrying",
      attempt: 1,
      error: "the registry is away",
    });
    expect(statusOf[outcome([transient(2)]).phase]).to.equal("queued");
    expect(outcome([transient(2, lastAttempt)])).to.include({ phase: "failed", error: "the registry is away" });
  });

  it("stays cancelled whatever the engine reports, except for success", () => {
    const cancelled: Fact = { ...of1(3), kind: "cancelled" };
    expect(
      outcome([started(1), cancelled, { ...of1(4), kind: "stopped", reason: "cancelled" }, transient(4), started(5)]),
    ).to.include({ phase: "cancelled" });
    expect(outcome([started(1), cancelled, succeeded(4)])).to.include({ phase: "succeeded", finished_at: of1(4).at });
  });

  it("starts from the beginning when a client retries, and still accepts a late success", () => {
    const ended = outcome([
      { ...of1(0), kind: "sent" },
      started(1),
      { ...of1(2), kind: "failed", error: "no such dataset", transient: false },
    ]);
    const again = applyFact(ended, { kind: "queued", attempt: 2, last_attempt: 4, at: of1(3).at });
    expect(again).to.deep.equal({ phase: "queued", attempt: 2, last_attempt: 4, progress: 0 });
    expect(outcome([transient(4), { ...of1(4), kind: "cancelled" }], again)).to.deep.equal(again);
    expect(outcome([succeeded(4)], again).phase).to.equal("succeeded");
    expect(outcome([transient(5, 2)], again).phase).to.equal("retrying");
  });
});
