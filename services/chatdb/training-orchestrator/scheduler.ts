import type { Logger } from "@platform/kit/log.ts";
import { sql, type Kysely, type Transaction } from "kysely";
import { record, resend } from "./job-record.ts";
import { retryPause } from "./job-retry.ts";
import type { JobRow } from "./job-row.ts";
import { startLoop, type Loop } from "@platform/kit/loop.ts";
import type { OrchestratorTables } from "./tables.ts";

export interface Limits {
  /** Jobs that engines have at the same time. */
  concurrentJobs: number;
  /** Time without an event after which an attempt is sent again, milliseconds. */
  heartbeatTimeoutMs: number;
}

export interface SchedulerOptions {
  db: Kysely<OrchestratorTables>;
  log: Logger;
  limits: Limits;
  /**
   * Sends the jobs of engines once more at start, for a bus that loses its messages with the process. Default false.
   */
  resendAtStart?: boolean | undefined;
  /**
   * Time between two turns if nothing wakes it, and the precision of pauses and time limits. Milliseconds, default
   * 1000.
   */
  pollMs?: number | undefined;
  /** Called with the jobs that changed. */
  onChange: (ids: string[]) => void;
}

/** Sends jobs to the engines in turn and ends attempts that take too long, until stopped. */
export function startScheduler({
  db,
  log,
  limits,
  resendAtStart = false,
  pollMs = 1000,
  onChange,
}: SchedulerOptions): Loop {
  let resendAll = resendAtStart;
  return startLoop({
    pollMs,
    restMs: 20,
    act: async () => {
      const changed = await schedule(db, resendAll ? { ...limits, heartbeatTimeoutMs: 0 } : limits);
      resendAll = false;
      if (changed.length > 0) onChange(changed);
      return false;
    },
    onFailure: (err, retryInMs) => log.warn({ err, retryInMs }, "could not schedule jobs, will retry"),
  });
}

/** Key of the advisory lock; no other part of this database may use it. */
const lockKey = 7_261_930_114;

/**
 * Runs one turn: fails attempts over their time limit, resends silent ones, and sends as many jobs as the limit allows.
 * Only one replica at a time runs a turn. Returns the jobs that changed.
 */
export function schedule(db: Kysely<OrchestratorTables>, limits: Limits): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    // Ends the transaction of a replica that hangs, so that the others can take their turn.
    await sql`set local idle_in_transaction_session_timeout = '10s'`.execute(transaction);
    await sql`select pg_advisory_xact_lock(${lockKey})`.execute(transaction);
    const running = await activeJobs(transaction, limits);
    const overdue = await lock(
      transaction,
      running.filter((job) => job.overdue).map(({ id }) => id),
      ["started"],
    );
    for (const row of overdue) await timeOut(transaction, row);
    const silent = await lock(
      transaction,
      running.filter((job) => !job.overdue && job.silent).map(({ id }) => id),
      ["sent", "started"],
    );
    for (const row of silent) await resend(transaction, row, "Sent again: no event arrived in time");
    const sent = await send(transaction, limits.concurrentJobs - running.length + overdue.length);
    return [...overdue, ...silent, ...sent].map(({ id }) => id);
  });
}

/** Reads the jobs that engines have: few, since the limit bounds them. */
async function activeJobs(transaction: Transaction<OrchestratorTables>, { heartbeatTimeoutMs }: Limits) {
  const { rows } = await sql<{ id: string; overdue: boolean; silent: boolean }>`
    select id,
      phase = 'started' and started_at + timeout_s * interval '1 s' < clock_timestamp() as overdue,
      coalesce(heard_at < clock_timestamp() - ${heartbeatTimeoutMs} * interval '1 ms', true) as silent
    from jobs where phase in ('sent', 'started')`.execute(transaction);
  return rows;
}

/** Locks the jobs that are still in one of the phases, and returns them in the order of their ids. */
async function lock(
  transaction: Transaction<OrchestratorTables>,
  ids: string[],
  phases: JobRow["phase"][],
): Promise<JobRow[]> {
  if (ids.length === 0) return [];
  const rows = await transaction
    .selectFrom("jobs")
    .selectAll()
    .where("id", "in", ids)
    .where("phase", "in", phases)
    .forUpdate()
    .execute();
  return rows.sort((left, right) => ids.indexOf(left.id) - ids.indexOf(right.id));
}

async function timeOut(transaction: Transaction<OrchestratorTables>, row: JobRow): Promise<void> {
  const error = `It took longer than its limit of ${row.timeout_s} s.`;
  await record(
    transaction,
    row,
    { kind: "timed out", attempt: row.attempt, at: new Date().toISOString(), error },
    retryPause,
  );
}

async function send(transaction: Transaction<OrchestratorTables>, count: number): Promise<JobRow[]> {
  if (count <= 0) return [];
  const rows = await lock(transaction, await nextJobs(transaction, count), ["queued", "retrying"]);
  for (const row of rows) {
    const attempt = row.phase === "retrying" ? row.attempt + 1 : row.attempt;
    await record(transaction, row, { kind: "sent", attempt, at: new Date().toISOString() }, retryPause);
  }
  return rows;
}

/**
 * Chooses the next jobs: the highest priority first, then the owner with the fewest jobs at the engines, then the
 * oldest job. A job without an owner counts for its model. Sorting by the number of the owner's jobs at the engines or
 * before it is the same as choosing one job after the other. Of each owner at most `count` jobs are read.
 */
async function nextJobs(transaction: Transaction<OrchestratorTables>, count: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive owners as (
      (select coalesce(owner, model_name) as name from jobs where phase in ('queued', 'retrying') order by 1 limit 1)
      union all
      select (select coalesce(owner, model_name) from jobs where phase in ('queued', 'retrying') and coalesce(owner, model_name) > owners.name order by 1 limit 1)
      from owners where owners.name is not null
    ), under_way as (
      select coalesce(owner, model_name) as name, count(*) as jobs from jobs where phase in ('sent', 'started') group by 1
    )
    select candidates.id
    from owners
    left join under_way on under_way.name = owners.name
    cross join lateral (
      select id, priority, created_at, row_number() over (order by priority desc, created_at, id) as place
      from jobs
      where phase in ('queued', 'retrying') and coalesce(owner, model_name) = owners.name
        and (next_attempt_at is null or next_attempt_at <= clock_timestamp())
      order by priority desc, created_at, id
      limit ${count}
    ) as candidates
    order by candidates.priority desc, coalesce(under_way.jobs, 0) + candidates.place, candidates.created_at, candidates.id
    limit ${count}`.execute(transaction);
  return rows.map(({ id }) => id);
}
