import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { JobRequest, JobStatus } from "@chatdb/contracts/jobs.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { sql, type Kysely } from "kysely";
import { batched } from "./batched.ts";
import { priorityNumber, requestOf, type JobRow } from "./job-row.ts";
import { statusOf } from "./job-state.ts";
import type { OrchestratorTables } from "./schema.ts";
import { storedJson } from "./stored-text.ts";

export interface Sender {
  owner?: string | undefined;
  idempotencyKey?: string | undefined;
}

export interface Accepted {
  job_id: string;
  status: JobStatus;
}

interface Asked {
  id: string;
  request: JobRequest;
  owner: string | undefined;
  /** As it is stored. */
  key: string | undefined;
  idempotencyKey: string | undefined;
}

/**
 * Puts jobs on record. Those that are asked for while others are being written wait for these and then go together, in one
 * statement and one commit: that is what makes many a second.
 */
export function createIntake(
  db: Kysely<OrchestratorTables>,
): (request: JobRequest, sender: Sender) => Promise<Accepted> {
  const accept = batched((asked: Asked[]) => insert(db, asked), { most: 200, isOfOne: isOfOneRow });
  return async (request, { owner, idempotencyKey }) => {
    const key =
      idempotencyKey === undefined || owner === undefined ? idempotencyKey : JSON.stringify([owner, idempotencyKey]);
    const asked = { id: randomUUID(), request, owner, key, idempotencyKey };
    let outcome = await accept(asked);
    while (outcome === undefined) outcome = await accept(asked);
    if (outcome instanceof Problem) throw outcome;
    return outcome;
  };
}

/** Undefined for one whose key was taken by a job that is gone meanwhile: the key is free. */
async function insert(db: Kysely<OrchestratorTables>, asked: Asked[]): Promise<(Accepted | Problem | undefined)[]> {
  const rows = asked.map(({ id, request, owner, key }) => ({
    id,
    ...request,
    priority: priorityNumber(request.priority),
    owner,
    idempotency_key: key,
  }));
  // Sorted: of two replicas that insert the same keys neither waits for the other's second while that waits for its first.
  const { rows: created } = await sql<{ id: string }>`
    with asked as (
      select * from jsonb_to_recordset(${storedJson(rows)}::jsonb) as asked (
        id uuid, model_name text, dataset_location text, target text, parameters jsonb, priority smallint, timeout_s integer, max_attempts integer,
        owner text, idempotency_key text)
    ), created as (
      insert into jobs (id, model_name, dataset_location, target, parameters, priority, timeout_s, max_attempts, owner, idempotency_key, last_attempt, entries)
      select *, max_attempts, 1 from asked order by idempotency_key
      on conflict (idempotency_key) do nothing
      returning id, created_at
    ), history as (
      insert into job_events (job_id, number, kind, attempt, at) select id, 1, 'queued', 0, created_at from created
    )
    select id from created`.execute(db);
  const isNew = new Set(created.map(({ id }) => id));
  const known = await ofKeys(
    db,
    asked.filter(({ id }) => !isNew.has(id)).map(({ key }) => key!),
  );
  return asked.map((each) =>
    isNew.has(each.id) ? { job_id: each.id, status: "queued" } : again(each, known.get(each.key!)),
  );
}

async function ofKeys(db: Kysely<OrchestratorTables>, keys: string[]) {
  const rows =
    keys.length === 0 ? [] : await db.selectFrom("jobs").selectAll().where("idempotency_key", "in", keys).execute();
  return new Map(rows.map((row) => [row.idempotency_key!, row]));
}

function again({ request, idempotencyKey }: Asked, row: JobRow | undefined): Accepted | Problem | undefined {
  if (!row) return undefined;
  if (isDeepStrictEqual(requestOf(row), withoutUndefined(request)))
    return { job_id: row.id, status: statusOf[row.phase] };
  return new Problem(
    chatdbProblems.idempotencyConflict,
    `The idempotency key "${idempotencyKey}" belongs to job ${row.id}, which asks for something else. Use another key.`,
  );
}

const withoutUndefined = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/** Classes 22 and 23: PostgreSQL refuses what one of the rows says. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isOfOneRow(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^2[23]/.test(String(error.code));
}
