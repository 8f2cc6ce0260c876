import type { EventBus } from "@platform/kit/event-bus.ts";
import { migrate } from "@platform/kit/database.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import { addEventRoutes } from "./event-routes.ts";
import { startFeed, type JobFeed } from "./job-feed.ts";
import type { RetryPause } from "./job-retry.ts";
import { addJobRoutes } from "./job-routes.ts";
import { createJobStore, type JobStore } from "./job-store.ts";
import type { Loop } from "@platform/kit/loop.ts";
import { migrations } from "./migrations.ts";
import { startRelay } from "./relay.ts";
import { startRetention } from "./retention.ts";
import { startScheduler } from "./scheduler.ts";
import type { OrchestratorTables } from "./tables.ts";
import { subscribeToTrainingEvents } from "./training-events.ts";

export interface Deps {
  db: Kysely<OrchestratorTables>;
  bus: EventBus;
  log?: Logger;
  /** Upper limit of jobs that engines have at the same time, for all replicas together. Default 16. */
  concurrentJobs?: number;
  /**
   * Time without an event after which an attempt is sent again, as the same attempt. Milliseconds, default 10 minutes.
   */
  heartbeatTimeoutMs?: number;
  /** Time for which ended jobs are kept, milliseconds; Infinity keeps them for good. Default 90 days. */
  keepJobsMs?: number;
  /**
   * Sends the jobs of engines once more at start, for a bus that loses its messages with the process. Default false.
   */
  resendAtStart?: boolean;
  /**
   * Idle time after which an event stream sends a comment, milliseconds. Default 5000, less than the timeouts of
   * proxies.
   */
  keepAliveMs?: number;
  /** Time between two polls of the database, milliseconds. Default 1000. */
  pollMs?: number;
  /** Pause before the next attempt of a job. Default: from a second up to a minute. */
  retryPause?: RetryPause;
}

/**
 * Accepts training jobs and follows them to their end. An accepted job will run: it is stored, and messages to the
 * engines leave through the outbox of the transaction that decides on them.
 */
export async function createService(deps: Deps): Promise<FastifyInstance> {
  const { db, bus, log = createLogger("training-orchestrator"), keepAliveMs = 5000 } = deps;
  await migrate(db, migrations);
  const { jobs, feed, loops } = startLoops({ ...deps, log });
  // Not awaited: joining a group takes seconds, in which the process must answer its probes. Readiness waits for it.
  const subscription = subscribeToTrainingEvents(bus, jobs, log);
  subscription.catch((err: unknown) => log.fatal({ err }, "could not subscribe"));
  const app = createServer({
    name: "training-orchestrator",
    description: "Accepts training jobs, sends them to the engines and keeps their state.",
    log,
    checks: { database: () => sql`select 1`.execute(db), eventBus: () => bus.ping(), subscription: () => subscription },
  });
  // Stops before the bus and the database close; a job that is accepted from here on stays queued.
  for (const loop of loops) app.addHook("preClose", () => loop.stop());
  addJobRoutes(app, jobs);
  addEventRoutes(app, { jobs, feed, keepAliveMs });
  app.addHook("onClose", () => feed.stop());
  return app;
}

/** Starts what runs in the background: the scheduler, the relay of the outbox, and the removal of old jobs. */
function startLoops(deps: Deps & { log: Logger }): { jobs: JobStore; feed: JobFeed; loops: Loop[] } {
  const {
    db,
    bus,
    log,
    concurrentJobs = 16,
    heartbeatTimeoutMs = 600_000,
    keepJobsMs = 90 * 86_400_000,
    pollMs,
  } = deps;
  const relay = startRelay({ db, bus, log, pollMs });
  const feed = startFeed({
    db,
    pollMs,
    onFailure: (err) => log.warn({ err }, "could not read the history of jobs, will retry"),
  });
  const scheduler = startScheduler({
    db,
    log,
    pollMs,
    limits: { concurrentJobs, heartbeatTimeoutMs },
    resendAtStart: deps.resendAtStart,
    onChange: (ids) => {
      ids.forEach((id) => feed.notify(id));
      relay.wake();
    },
  });
  const jobs = createJobStore(db, {
    pause: deps.retryPause,
    onNew: () => scheduler.wake(),
    onChange: (id, phaseChanged) => {
      feed.notify(id);
      if (!phaseChanged) return;
      scheduler.wake();
      relay.wake();
    },
  });
  const retention = Number.isFinite(keepJobsMs) ? [startRetention({ db, log, keepJobsMs })] : [];
  return { jobs, feed, loops: [scheduler, relay, ...retention] };
}
