import type { LightMyRequestResponse } from "fastify";
import type { Kysely } from "kysely";
import type pg from "pg";
import { topics } from "@chatdb/contracts/topics.ts";
import { job, jobAccepted, jobHistory, type JobEvent, type TrainingEvent } from "@chatdb/contracts/jobs.ts";
import { openDatabase } from "@platform/kit/database.ts";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/schema.ts";
import { createService, type Deps } from "@chatdb/training-orchestrator/service.ts";
import { startPglite } from "../../support/pglite.ts";

export const log = createLogger("test", "silent");

export const request = { model_name: "house-prices", dataset_location: "s3://datasets/houses.csv" };

export const idOf = (answer: LightMyRequestResponse): string => jobAccepted.parse(answer.json()).job_id;

const begin = Date.now();
/** So many seconds after these tests began. */
export const at = (second: number): string => new Date(begin + second * 1000).toISOString();

/** Of whatever an engine says. */
export const says = (job_id: string, attempt: number, second: number) => ({ job_id, attempt, at: at(second) });

/** A bus that takes nothing: what is to be published stays in the outbox. */
export const brokenBus = (): EventBus => ({
  ...createMemoryEventBus(),
  publish: () => Promise.reject(new Error("no broker")),
});

/** Orchestrators on one database for the tests of the `describe` that calls this: none, and no jobs, before each of them. */
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

/** A service on a bus of its own unless given one, and what it sent there. */
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
    /** Attempts that the engines were told of, in that order. */
    sent: sent[topics.trainingJobs] as { job_id: string; attempt: number }[],
    stops: sent[topics.trainingControl] as { job_id: string; up_to_attempt: number; reason: string }[],
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
