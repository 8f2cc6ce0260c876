import type { LightMyRequestResponse } from "fastify";
import type { Kysely } from "kysely";
import type pg from "pg";
import { topics } from "@chatdb/contracts/topics.ts";
import { job, jobAccepted, jobHistory, type JobEvent, type TrainingEvent } from "@chatdb/contracts/jobs.ts";
import { openDatabase } from "@platform/kit/database.ts";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/tables.ts";
import { createService, type Deps } from "@chatdb/training-orchestrator/service.ts";
import { startPglite } from "../../support/pglite.ts";

export const log = createLogger("test", "silent");

export const request = { model_name: "house-prices", dataset_location: "s3://datasets/houses.csv" };

export const idOf = (answer: LightMyRequestResponse): string => jobAccepted.parse(answer.json()).job_id;

const begin = Date.now();
/** Time of day, so many seconds after the start of these tests. */
export const at = (second: number): string => new Date(begin + second * 1000).toISOString();

/** The common fields of an engine's event. */
export const says = (job_id: string, attempt: number, second: number) => ({ job_id, attempt, at: at(second) });

/** A bus that accepts no message, so that messages stay in the outbox. */
export const brokenBus = (): EventBus => ({
  ...createMemoryEventBus(),
  publish: () => Promise.reject(new Error("no broker")),
});

/**
 * Starts orchestrators on one database for the tests of the calling `describe`; each test begins without orchestrators
 * and jobs.
 */
export function orchestrators(
  open: (context: Mocha.Context) => Promise<{ pool: pg.Pool; close: () => Promise<void> }> = () => startPglite(),
) {
  const started: Orchestrator[] = [];
  let database: Awaited<ReturnType<typeof open>>;
  let db: Kysely<OrchestratorTables>;
  before(async function () {
    database = await open(this);
    db = openDatabase(database.pool);
  });
  after(() => database?.close());
  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop();
    for (const table of ["job_events", "outbox", "jobs"] as const) await db.deleteFrom(table).execute();
  });
  return {
    db: () => db,
    start: async (deps: Partial<Deps> = {}) => {
      const orchestrator = await startOrchestrator({ db, ...deps });
      started.push(orchestrator);
      return orchestrator;
    },
  };
}

export type Orchestrator = Awaited<ReturnType<typeof startOrchestrator>>;

/** Starts a service, by default on a bus of its own, and records its messages. */
async function startOrchestrator({ bus = createMemoryEventBus(), ...deps }: Omit<Deps, "bus"> & Partial<Deps>) {
  const app = await createService({ bus, log, pollMs: 50, retryPause: () => 0, ...deps });
  const sent: Record<string, unknown[]> = {
    [topics.trainingJobs]: [],
    [topics.trainingControl]: [],
    [topics.trainingDeadLetters]: [],
  };
  const keep = ({ topic, value }: IncomingEvent) => Promise.resolve(void sent[topic]!.push(value));
  await bus.subscribe({ group: "test", topics: Object.keys(sent), handle: keep });
  const call = (method: "GET" | "POST", url: string) => app.inject({ method, url });
  return {
    app,
    bus,
    /** Attempts that were sent to the engines, in order. */
    sent: sent[topics.trainingJobs] as { job_id: string; attempt: number }[],
    cancellations: sent[topics.trainingControl] as { job_id: string; up_to_attempt: number; reason: string }[],
    deadLetters: sent[topics.trainingDeadLetters] as { from: string; key: string; reason: string; value: unknown }[],
    call,
    post: (payload: object = request, headers = {}) => app.inject({ method: "POST", url: "/jobs", payload, headers }),
    get: async (id: string) => job.parse((await call("GET", `/jobs/${id}`)).json()),
    cancel: (id: string) => call("POST", `/jobs/${id}/cancel`),
    retry: (id: string) => call("POST", `/jobs/${id}/retry`),
    history: async (id: string): Promise<JobEvent[]> =>
      jobHistory.parse(
        (await app.inject({ url: `/jobs/${id}/events`, headers: { accept: "application/json" } })).json(),
      ).events,
    tell: (...events: TrainingEvent[]) =>
      bus.publish(
        topics.trainingEvents,
        events.map((event) => ({ key: event.job_id, value: event })),
      ),
    stop: async () => {
      await app.close();
      await bus.close();
    },
  };
}
