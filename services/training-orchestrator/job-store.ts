import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { topics } from "@chatdb/contracts/topics.ts";
import type { Job, JobRequest, JobStatus, TrainingEvent, TrainingJob } from "@chatdb/contracts/jobs.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import type { Kysely, Selectable } from "kysely";
import { applyEvent, type JobState } from "./job-state.ts";
import type { OrchestratorTables } from "./schema.ts";

export interface JobFilter {
  status?: JobStatus | undefined;
  model_name?: string | undefined;
  limit: number;
}

/** Jobs, as PostgreSQL has them. */
export interface JobStore {
  /**
   * Puts a job on record together with the event that will start it. The same key gives the same job again;
   * throws a Problem (422) where the key came with another request before.
   */
  create(request: JobRequest, idempotencyKey?: string): Promise<Job>;
  find(id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(filter: JobFilter): Promise<Job[]>;
  /** False for a job that is not on record. */
  apply(event: TrainingEvent): Promise<boolean>;
}

export function createJobStore(db: Kysely<OrchestratorTables>): JobStore {
  return {
    create: (request, idempotencyKey) =>
      db.transaction().execute(async (transaction) => {
        const row = await transaction
          .insertInto("jobs")
          .values({ id: randomUUID(), ...columnsOf(request), idempotency_key: idempotencyKey ?? null })
          // Waits for a transaction that is inserting the same key.
          .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row) {
          const event: TrainingJob = { job_id: row.id, attempt: 1, ...request };
          await transaction.insertInto("outbox").values({ topic: topics.trainingJobs, key: row.id, value: JSON.stringify(event) }).execute();
          return toJob(row);
        }
        const known = await transaction.selectFrom("jobs").selectAll().where("idempotency_key", "=", idempotencyKey!).executeTakeFirstOrThrow();
        const job = toJob(known);
        if (isDeepStrictEqual(requestOf(job), requestOf(request))) return job;
        throw new Problem(422, `The Idempotency-Key "${idempotencyKey}" belongs to job ${job.job_id}, which asks for something else. Use another key.`);
      }),

    async find(id) {
      const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toJob(row);
    },

    async list({ status, model_name, limit }) {
      let rows = db.selectFrom("jobs").selectAll();
      if (status !== undefined) rows = rows.where("status", "=", status);
      if (model_name !== undefined) rows = rows.where("model_name", "=", model_name);
      return (await rows.orderBy("created_at", "desc").orderBy("id").limit(limit).execute()).map(toJob);
    },

    apply: (event) =>
      db.transaction().execute(async (transaction) => {
        const row = await transaction.selectFrom("jobs").selectAll().where("id", "=", event.job_id).forUpdate().executeTakeFirst();
        if (!row) return false;
        const known = toJob(row);
        const state = applyEvent(known, event);
        if (!isDeepStrictEqual(state, known)) await transaction.updateTable("jobs").set(stateColumns(state)).where("id", "=", row.id).execute();
        return true;
      }),
  };
}

function columnsOf({ model_name, dataset_location, target, parameters }: JobRequest) {
  return { model_name, dataset_location, target: target ?? null, parameters: JSON.stringify(parameters) };
}

function requestOf({ model_name, dataset_location, target, parameters }: JobRequest): JobRequest {
  return { model_name, dataset_location, target, parameters, priority: "normal", timeout_s: 3600, max_attempts: 10 };
}

function stateColumns({ status, model, metrics, error, started_at, finished_at }: JobState) {
  return {
    status,
    model_version: model?.version ?? null,
    metrics: metrics ? JSON.stringify(metrics) : null,
    error: error ?? null,
    started_at: started_at !== undefined ? new Date(started_at) : null,
    finished_at: finished_at !== undefined ? new Date(finished_at) : null,
  };
}

function toJob(row: Selectable<OrchestratorTables["jobs"]>): Job {
  return {
    job_id: row.id,
    model_name: row.model_name,
    dataset_location: row.dataset_location,
    ...(row.target !== null && { target: row.target }),
    parameters: row.parameters,
    priority: "normal",
    timeout_s: 3600,
    max_attempts: 10,
    attempt: 1,
    progress: 0,
    status: row.status,
    ...(row.model_version !== null && { model: { name: row.model_name, version: row.model_version } }),
    ...(row.metrics && { metrics: row.metrics }),
    ...(row.error !== null && { error: row.error }),
    created_at: row.created_at.toISOString(),
    ...(row.started_at && { started_at: row.started_at.toISOString() }),
    ...(row.finished_at && { finished_at: row.finished_at.toISOString() }),
  };
}
