import {
  jobId,
  type Job,
  type JobEvent,
  type JobFilter,
  type JobRequest,
  type TrainingEvent,
} from "@chatdb/contracts/jobs.ts";
import type { DeadLetter } from "@platform/kit/dead-letters.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { sql, type Kysely } from "kysely";
import { createIntake, type Accepted, type Sender } from "./job-intake.ts";
import { record } from "./job-record.ts";
import { retryPause, type RetryPause } from "./job-retry.ts";
import { stateOf, toJob, type JobRow } from "./job-row.ts";
import { hasEnded, type Fact, type JobState } from "./job-state.ts";
import type { OrchestratorTables } from "./tables.ts";
import { storedJson } from "./stored-text.ts";

export interface StoreOptions {
  /** Default {@link retryPause}. */
  pause?: RetryPause | undefined;
  /** Called when a job is stored. */
  onNew?: () => void;
  /** Called when a job has changed; `phaseChanged` if another job may be sent now, or messages are in the outbox. */
  onChange?: (id: string, phaseChanged: boolean) => void;
}

/** The jobs in PostgreSQL. */
export interface JobStore {
  /**
   * Stores a job. The same key of the same sender gives the same job again; throws a Problem (422) if the key belongs
   * to a different request.
   */
  create(request: JobRequest, sender?: Sender): Promise<Accepted>;
  find(id: string): Promise<Job | undefined>;
  /** Lists jobs, newest first. Throws a Problem (400) if `before` is not the id of a job. */
  list(filter: JobFilter): Promise<{ jobs: Job[]; next?: string }>;
  /** Applies an event; returns false if there is no such job. */
  apply(event: TrainingEvent): Promise<boolean>;
  /** Cancels a job. Throws a Problem (409) if it has ended otherwise. */
  cancel(id: string): Promise<Job | undefined>;
  /** Queues a job for `max_attempts` more attempts. Throws a Problem (409) unless it failed or was cancelled. */
  retry(id: string): Promise<Job | undefined>;
  /** Reads entries of the history after a number, and whether they are the last ones of an ended job. */
  history(id: string, after: number, limit: number): Promise<{ entries: JobEvent[]; over: boolean } | undefined>;
  /** Tells whoever looks after the platform of what cannot be dealt with. */
  giveUp(letter: DeadLetter): Promise<void>;
}

/** The fact that cancels a job; undefined if it is cancelled already. */
function cancellation({ attempt, phase }: JobState, row: JobRow): Fact | undefined {
  if (phase === "cancelled") return undefined;
  if (hasEnded(phase)) throw new Problem(chatdbProblems.jobEnded, `Job ${row.id} cannot be cancelled: ${endOf(row)}.`);
  return { kind: "cancelled", attempt, at: new Date().toISOString() };
}

/** The fact that queues an ended job again. */
function renewal({ attempt, phase }: JobState, row: JobRow): Fact {
  if (phase !== "failed" && phase !== "cancelled")
    throw new Problem(
      chatdbProblems.jobNotRetryable,
      `Job ${row.id} cannot be retried: ${endOf(row)}. Only a failed or cancelled one can.`,
    );
  return {
    kind: "queued",
    attempt: attempt + 1,
    last_attempt: attempt + row.max_attempts,
    at: new Date().toISOString(),
  };
}

export function createJobStore(
  db: Kysely<OrchestratorTables>,
  { pause = retryPause, onNew = () => undefined, onChange = () => undefined }: StoreOptions = {},
): JobStore {
  const accept = createIntake(db);

  /** Locks a job, decides on a fact and records it. */
  async function change(
    id: string,
    decide: (state: JobState, row: JobRow) => Fact | undefined,
  ): Promise<Job | undefined> {
    const changed = await db.transaction().execute(async (transaction) => {
      const before = await transaction
        .selectFrom("jobs")
        .selectAll()
        .where("id", "=", id)
        .forUpdate()
        .executeTakeFirst();
      const fact = before && decide(stateOf(before), before);
      return before && { before, after: fact ? await record(transaction, before, fact, pause) : before };
    });
    if (!changed) return undefined;
    const { before, after } = changed;
    if (before !== after) onChange(id, before.phase !== after.phase);
    return toJob(after);
  }

  return {
    async create(request, sender = {}) {
      const accepted = await accept(request, sender);
      onNew();
      return accepted;
    },

    async find(id) {
      const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toJob(row);
    },

    list: (filter) => list(db, filter),
    apply: async (event) => (await change(event.job_id, () => event)) !== undefined,

    cancel: (id) => change(id, cancellation),
    retry: (id) => change(id, renewal),
    history: (id, after, limit) => history(db, id, after, limit),

    async giveUp(letter) {
      await db
        .insertInto("outbox")
        .values({ topic: topics.trainingDeadLetters, key: letter.key, value: storedJson(letter) })
        .execute();
    },
  };
}

function endOf(row: JobRow): string {
  const { status, model, error } = toJob(row);
  if (status === "succeeded") return `it has succeeded, as version ${model?.version} of ${model?.name}`;
  if (status === "failed") return `it has failed: ${error}`;
  return row.phase === "retrying" ? "its next attempt follows by itself" : `it is ${status}`;
}

async function list(
  db: Kysely<OrchestratorTables>,
  { status, model_name, limit, before }: JobFilter,
): Promise<{ jobs: Job[]; next?: string }> {
  let rows = db.selectFrom("jobs").selectAll();
  if (status !== undefined) rows = rows.where("status", "=", status);
  if (model_name !== undefined) rows = rows.where("model_name", "=", model_name);
  if (before !== undefined) {
    const known =
      jobId.safeParse(before).success &&
      (await db.selectFrom("jobs").select("id").where("id", "=", before).executeTakeFirst());
    if (!known)
      throw new Problem(platformProblems.invalidRequest, `"${before}" is not the \`next\` of a page of jobs.`);
    rows = rows.where(sql<boolean>`(created_at, id) < (select created_at, id from jobs where id = ${before})`);
  }
  // One more row shows whether there is another page.
  const found = await rows
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const jobs = found.slice(0, limit).map(toJob);
  return { jobs, ...(found.length > limit && { next: jobs.at(-1)!.job_id }) };
}

async function history(
  db: Kysely<OrchestratorTables>,
  id: string,
  after: number,
  limit: number,
): Promise<{ entries: JobEvent[]; over: boolean } | undefined> {
  // The job is read first: entries that are added meanwhile only make the history longer.
  const row = await db.selectFrom("jobs").select(["phase", "entries"]).where("id", "=", id).executeTakeFirst();
  if (!row) return undefined;
  const rows = await db
    .selectFrom("job_events")
    .selectAll()
    .where("job_id", "=", id)
    .where("number", ">", after)
    .orderBy("number")
    .limit(limit)
    .execute();
  const entries = rows.map(
    ({ number, kind, attempt, at, text, progress }): JobEvent => ({
      number,
      kind,
      attempt,
      at: at.toISOString(),
      ...(text !== null && { text }),
      ...(progress !== null && { progress }),
    }),
  );
  return { entries, over: hasEnded(row.phase) && rows.length < limit };
}
