import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { JobRequest, JobStatus } from "@chatdb/contracts/jobs.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { sql, type Kysely } from "kysely";
import { batched } from "./batched.ts";
import { priorityNumber, requestOf, type JobRow } from "./job-row.ts";
import { statusOf } from "./job-state.ts";
import type { OrchestratorTables } from "./tables.ts";
import { storedJson } from "./stored-text.ts";

export interface Sender {
  owner?: string | undefined;
  idempotencyKey?: string | undefined;
}

export interface Accepted {
  job_id: string;
  status: JobStatus;
}

interface Submission {
  id: string;
  request: JobRequest;
  owner: string | undefined;
  /** The key as it is stored, with the owner. */
  key: string | undefined;
  idempotencyKey: string | undefined;
}

/**
 * Stores submitted jobs. Submissions that arrive while others are being written are inserted together, in one statement
 * and one commit, which allows many per second.
 */
export function createIntake(
  db: Kysely<OrchestratorTables>,
): (request: JobRequest, sender: Sender) => Promise<Accepted> {
  const accept = batched((submissions: Submission[]) => insert(db, submissions), {
    maxItems: 200,
    isCausedByItem: isCausedByRow,
  });
  return async (request, { owner, idempotencyKey }) => {
    const key =
      idempotencyKey === undefined || owner === undefined ? idempotencyKey : JSON.stringify([owner, idempotencyKey]);
    const submission = { id: randomUUID(), request, owner, key, idempotencyKey };
    let outcome = await accept(submission);
    while (outcome === undefined) outcome = await accept(submission);
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  };
}

/** Inserts jobs. The result is undefined if the key's job was removed meanwhile, so that the key is free again. */
async function insert(
  db: Kysely<OrchestratorTables>,
  submissions: Submission[],
): Promise<(Accepted | Problem | undefined)[]> {
  const rows = submissions.map(({ id, request, owner, key }) => ({
    id,
    ...request,
    priority: priorityNumber(request.priority),
    owner,
    idempotency_key: key,
  }));
  // Sorted by key, so that two replicas that insert the same keys do not deadlock.
  const { rows: created } = await sql<{ id: string }>`
    with submitted as (
      select * from jsonb_to_recordset(${storedJson(rows)}::jsonb) as submitted (
        id uuid, model_name text, dataset_location text, target text, parameters jsonb, priority smallint, timeout_s integer, max_attempts integer,
        owner text, idempotency_key text)
    ), created as (
      insert into jobs (id, model_name, dataset_location, target, parameters, priority, timeout_s, max_attempts, owner, idempotency_key, last_attempt, entries)
      select *, max_attempts, 1 from submitted order by idempotency_key
      on conflict (idempotency_key) do nothing
      returning id, created_at
    ), history as (
      insert into job_events (job_id, number, kind, attempt, at) select id, 1, 'queued', 0, created_at from created
    )
    select id from created`.execute(db);
  const isNew = new Set(created.map(({ id }) => id));
  const known = await jobsByKey(
    db,
    submissions.filter(({ id }) => !isNew.has(id)).map(({ key }) => key!),
  );
  return submissions.map((each) =>
    isNew.has(each.id) ? { job_id: each.id, status: "queued" } : resultForKnownKey(each, known.get(each.key!)),
  );
}

async function jobsByKey(db: Kysely<OrchestratorTables>, keys: string[]) {
  const rows =
    keys.length === 0 ? [] : await db.selectFrom("jobs").selectAll().where("idempotency_key", "in", keys).execute();
  return new Map(rows.map((row) => [row.idempotency_key!, row]));
}

function resultForKnownKey(
  { request, idempotencyKey }: Submission,
  row: JobRow | undefined,
): Accepted | Problem | undefined {
  if (!row) return undefined;
  if (isDeepStrictEqual(requestOf(row), withoutUndefined(request)))
    return { job_id: row.id, status: statusOf[row.phase] };
  return new Problem(
    chatdbProblems.idempotencyConflict,
    `The idempotency key "${idempotencyKey}" belongs to job ${row.id}, which asks for something else. Use another key.`,
  );
}

const withoutUndefined = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/**
 * Classes 22 and 23 of SQLSTATE: PostgreSQL rejects the values of a row.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isCausedByRow(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^2[23]/.test(String(error.code));
}
