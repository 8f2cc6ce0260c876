import { topics } from "@chatdb/contracts/topics.ts";
import { groupOf } from "@platform/kit/consumer-group.ts";
import { deadLetterOf, trainingEvent } from "@chatdb/contracts/jobs.ts";
import { migrate } from "@platform/kit/database.ts";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import { z } from "zod";
import { addEventRoutes } from "./event-routes.ts";
import { startFeed } from "./job-feed.ts";
import type { RetryPause } from "./job-record.ts";
import { createJobStore, type JobStore } from "./job-store.ts";
import { migrations } from "./migrations.ts";
import { startRelay } from "./relay.ts";
import { startRetention } from "./retention.ts";
import { addJobRoutes } from "./routes.ts";
import { startScheduler } from "./scheduler.ts";
import type { OrchestratorTables } from "./schema.ts";

export interface Deps {
  db: Kysely<OrchestratorTables>;
  bus: EventBus;
  log?: Logger;
  /** Jobs that are with the engines at a time, of all replicas together. Default 16. */
  maxJobsAtATime?: number;
  /** Milliseconds after which an attempt of which nothing was heard is sent again, as the same one. Default 10 minutes. */
  unheardMs?: number;
  /** Milliseconds for which jobs stay on record after they have ended; Infinity: for good. Default 90 days. */
  keepJobsMs?: number;
  /** Sends what was with the engines again at start: for a bus that forgets when the process ends. Default: no. */
  resendsAtStart?: boolean;
  /** Milliseconds of silence after which a stream of events says that it is alive. Default 5000: less than proxies wait. */
  heartbeatMs?: number;
  /** Milliseconds between two looks at what nobody tells of: the time, and what other replicas do. Default 1000. */
  pollMs?: number;
  /** Until the next attempt of a job. Default: from a second up to a minute. */
  retryPause?: RetryPause;
}

/**
 * Takes training jobs and follows them to their end. A job that was accepted runs: it is on record, and what the engines are
 * told of it leaves for Kafka from the same transaction that decides it.
 */
export async function createService(deps: Deps): Promise<FastifyInstance> {
  const {
    db,
    bus,
    log = createLogger("training-orchestrator"),
    maxJobsAtATime = 16,
    unheardMs = 600_000,
    keepJobsMs = 90 * 86_400_000,
    heartbeatMs = 5000,
    pollMs,
  } = deps;
  await migrate(db, migrations);
  const relay = startRelay({ db, bus, log, pollMs });
  const feed = startFeed({
    db,
    pollMs,
    onFailure: (err) => log.warn({ err }, "the history of jobs could not be read, will be retried"),
  });
  const scheduler = startScheduler({
    db,
    log,
    pollMs,
    limits: { most: maxJobsAtATime, unheardMs },
    resends: deps.resendsAtStart,
    onChange: (ids) => {
      ids.forEach((id) => feed.tell(id));
      relay.wake();
    },
  });
  const jobs = createJobStore(db, {
    pause: deps.retryPause,
    onNew: () => scheduler.wake(),
    onChange: (id, settles) => {
      feed.tell(id);
      if (!settles) return;
      scheduler.wake();
      relay.wake();
    },
  });
  const retention = Number.isFinite(keepJobsMs) ? startRetention({ db, log, keepMs: keepJobsMs }) : undefined;
  // Not awaited: joining a group takes seconds, in which the process can answer its probes. Readiness tells.
  const subscription = bus.subscribe({
    group: groupOf("training-orchestrator", topics.trainingEvents),
    topics: [topics.trainingEvents],
    concurrency: 4,
    handle: (event) => follow(jobs, event, log),
    onUnreadable: (event, reason) => giveUp(jobs, event, { reason: `Not JSON. ${reason}`, log }),
  });
  subscription.catch((err: unknown) => log.fatal({ err }, "could not subscribe"));
  const app = createServer({
    name: "training-orchestrator",
    description: "Takes training jobs, hands them to the engines, and knows what became of them.",
    log,
    checks: { database: () => sql`select 1`.execute(db), eventBus: () => bus.ping(), subscription: () => subscription },
  });
  // Before the bus and the database are closed; a job that is accepted from here on waits on record.
  app.addHook("preClose", () => scheduler.stop());
  app.addHook("preClose", () => relay.stop());
  app.addHook("preClose", () => retention?.stop());
  addJobRoutes(app, jobs);
  addEventRoutes(app, { jobs, feed, heartbeatMs });
  app.addHook("onClose", () => feed.stop());
  return app;
}

async function follow(jobs: JobStore, event: IncomingEvent, log: Logger): Promise<void> {
  const { data: said, error } = trainingEvent.safeParse(event.value);
  if (!said) return giveUp(jobs, event, { reason: `Not a training event. ${z.prettifyError(error)}`, log });
  try {
    if (!(await jobs.apply(said)))
      log.warn({ job_id: said.job_id }, "an event of a job that is not on record, skipped");
  } catch (err) {
    if (!isRefused(err)) throw err;
    await giveUp(jobs, event, { reason: `PostgreSQL cannot keep it: ${err.message}`, err, log });
  }
}

/** What cannot be put on record, now or ever, is a dead letter, so that those behind it get their turn. */
async function giveUp(
  jobs: JobStore,
  event: IncomingEvent,
  { reason, err, log }: { reason: string; err?: unknown; log: Logger },
): Promise<void> {
  const letter = deadLetterOf(event, reason);
  log.error({ err, letter }, "a message is given up");
  await jobs.giveUp(letter);
}

/** Class 22: a value that no column takes, such as a number too large. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isRefused(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("22");
}
