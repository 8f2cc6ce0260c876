import { groupOf, topics } from "@chatdb/contracts/topics.ts";
import { trainingEvent } from "@chatdb/contracts/jobs.ts";
import { migrate } from "@chatdb/kit/database.ts";
import type { EventBus } from "@chatdb/kit/event-bus.ts";
import { createLogger, type Logger } from "@chatdb/kit/log.ts";
import { createServer } from "@chatdb/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { sql, type Kysely } from "kysely";
import { z } from "zod";
import { createJobStore, type JobStore } from "./job-store.ts";
import { startRelay } from "./relay.ts";
import { addJobRoutes } from "./routes.ts";
import { migrations, type OrchestratorTables } from "./schema.ts";

export interface Deps {
  db: Kysely<OrchestratorTables>;
  bus: EventBus;
  log?: Logger;
}

/**
 * Takes training jobs and follows them to their end. A job that was accepted runs: it leaves for Kafka from the same
 * transaction that puts it on record. It has no deadline here: Kafka delivers it again when an engine dies.
 */
export async function createService({ db, bus, log = createLogger("training-orchestrator") }: Deps): Promise<FastifyInstance> {
  await migrate(db, migrations);
  const jobs = createJobStore(db);
  // Not awaited: joining a group takes seconds, in which the process can answer its probes. Readiness tells.
  const subscription = bus.subscribe({
    group: groupOf("training-orchestrator", topics.trainingEvents),
    topics: [topics.trainingEvents],
    concurrency: 4,
    handle: ({ value }) => follow(jobs, value, log),
  });
  subscription.catch((err: unknown) => log.fatal({ err }, "could not subscribe"));
  const app = createServer({
    name: "training-orchestrator",
    description: "Takes training jobs, hands them to the engines, and knows what became of them.",
    log,
    checks: { database: () => sql`select 1`.execute(db), eventBus: () => bus.ping(), subscription: () => subscription },
  });
  const relay = startRelay({ db, bus, log });
  // Before the bus and the database are closed; a job that is accepted from here on waits in the outbox.
  app.addHook("preClose", () => relay.stop());
  addJobRoutes(app, jobs, () => relay.wake());
  return app;
}

async function follow(jobs: JobStore, value: unknown, log: Logger): Promise<void> {
  const event = trainingEvent.safeParse(value);
  if (!event.success) {
    log.error({ value, problems: z.prettifyError(event.error) }, "not a training event, skipped");
  } else if (!(await jobs.apply(event.data))) {
    log.warn({ job_id: event.data.job_id }, "an event of a job that is not on record, skipped");
  }
}
