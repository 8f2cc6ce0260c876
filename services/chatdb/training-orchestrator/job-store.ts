import {
  jobId,
  type DeadLetter,
  type Job,
  type JobEvent,
  type JobFilter,
  type JobRequest,
  type TrainingEvent,
} from "@chatdb/contracts/jobs.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { sql, type Kysely } from "kysely";
import { createIntake, type Accepted, type Sender } from "./job-intake.ts";
import { record, retryPause, type RetryPause } from "./job-record.ts";
import { stateOf, toJob, type JobRow } from "./job-row.ts";
import { hasEnded, type Fact, type JobState } from "./job-state.ts";
import type { OrchestratorTables } from "./schema.ts";
import { storedJson } from "./stored-text.ts";

export interface StoreOptions {
  /** Default: the one of {@link retryPause}. */
  pause?: RetryPause | undefined;
  /** Called when a job is on record. */
  onNew?: () => void;
  /** Called when something was put on record of a job; with `settles` when it may let another one go, or has to be told to others. */
  onChange?: (id: string, settles: boolean) => void;
}

/** Jobs, as PostgreSQL has them. */
export interface JobStore {
  /**
   * Puts a job on record. The same key of the same sender gives the same job again; throws a Problem (422) where the key came
   * with another request before.
   */
  create(request: JobRequest, sender?: Sender): Promise<Accepted>;
  find(id: string): Promise<Job | undefined>;
  /** Newest first. Throws a Problem (400) for a `before` that is no job's. */
  list(filter: JobFilter): Promise<{ jobs: Job[]; next?: string }>;
  /** False for a job that is not on record. */
  apply(event: TrainingEvent): Promise<boolean>;
  /** No attempt is made any more. Throws a Problem (409) for one that has ended otherwise. */
  cancel(id: string): Promise<Job | undefined>;
  /** As many attempts more as it was given. Throws a Problem (409) unless it failed or was cancelled. */
  retry(id: string): Promise<Job | undefined>;
  /** Entries of its history after that number, and whether they are the last of a job that has ended. */
  history(id: string, after: number, limit: number): Promise<{ entries: JobEvent[]; over: boolean } | undefined>;
  /** Tells whoever looks after the platform of what cannot be dealt with. */
  giveUp(letter: DeadLetter): Promise<void>;
}

export function createJobStore(
  db: Kysely<OrchestratorTables>,
  { pause = retryPause, onNew = () => undefined, onChange = () => undefined }: StoreOptions = {},
): JobStore {
  const accept = createIntake(db);

  /** Decides on a job while nobody else does. */
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

    cancel: (id) =>
      change(id, ({ attempt, phase }, row) => {
        if (phase === "cancelled") return undefined;
        if (hasEnded(phase))
          throw new Problem(chatdbProblems.jobEnded, `Job ${id} cannot be cancelled: ${endOf(row)}.`);
        return { kind: "cancelled", attempt, at: new Date().toISOString() };
      }),

    retry: (id) =>
      change(id, ({ attempt, phase }, row) => {
        if (phase !== "failed" && phase !== "cancelled")
          throw new Problem(
            chatdbProblems.jobNotRetryable,
            `Job ${id} cannot be tried again: ${endOf(row)}. Only a failed or cancelled one can.`,
          );
        return {
          kind: "queued",
          attempt: attempt + 1,
          last_attempt: attempt + row.max_attempts,
          at: new Date().toISOString(),
        };
      }),

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
  return row.phase === "retrying" ? "its next attempt is due by itself" : `it is ${status}`;
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
  // One more tells whether there is another page.
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
  // First the job: what is added to its history meanwhile can only make it longer.
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
