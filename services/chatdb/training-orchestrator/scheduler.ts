import type { Logger } from "@platform/kit/log.ts";
import { sql, type Kysely, type Transaction } from "kysely";
import { record, retryPause, sendAgain } from "./job-record.ts";
import type { JobRow } from "./job-row.ts";
import { startLoop, type Loop } from "./loop.ts";
import type { OrchestratorTables } from "./schema.ts";

export interface Limits {
  /** Jobs that are with the engines at a time. */
  most: number;
  /** Milliseconds after which an attempt of which nothing was heard is sent again. */
  unheardMs: number;
}

export interface SchedulerOptions {
  db: Kysely<OrchestratorTables>;
  log: Logger;
  limits: Limits;
  /** Sends what was with the engines again when it starts: for a bus that forgets when the process ends. Default: no. */
  resends?: boolean | undefined;
  /** Between two looks where nobody wakes it, and so how exact pauses and time limits are. Milliseconds, default 1000. */
  pollMs?: number | undefined;
  /** Called with the jobs of which something was put on record. */
  onChange: (ids: string[]) => void;
}

/** Sends jobs to the engines in their turn, and ends attempts that take too long, until stopped. */
export function startScheduler({ db, log, limits, resends = false, pollMs = 1000, onChange }: SchedulerOptions): Loop {
  let forgotten = resends;
  return startLoop({
    pollMs,
    restMs: 20,
    act: async () => {
      const changed = await schedule(db, forgotten ? { ...limits, unheardMs: 0 } : limits);
      forgotten = false;
      if (changed.length > 0) onChange(changed);
      return false;
    },
    onFailure: (err, retryInMs) => log.warn({ err, retryInMs }, "jobs could not be scheduled, will be retried"),
  });
}

/** Key of the advisory lock: any number that no other part of this database's users takes. */
const lock = 7_261_930_114;

/**
 * One turn: attempts that are over their time fail, those that nothing was heard of are sent again, and as many jobs as there
 * is room for are sent. One replica at a time does it. Returns the jobs of which something was put on record.
 */
export function schedule(db: Kysely<OrchestratorTables>, limits: Limits): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    // A replica that hangs in its turn is cut off, so that the others get theirs.
    await sql`set local idle_in_transaction_session_timeout = '10s'`.execute(transaction);
    await sql`select pg_advisory_xact_lock(${lock})`.execute(transaction);
    const underWay = await look(transaction, limits);
    const late = await locked(
      transaction,
      underWay.filter((job) => job.late).map(({ id }) => id),
      ["started"],
    );
    for (const row of late) await timeOut(transaction, row);
    const lost = await locked(
      transaction,
      underWay.filter((job) => !job.late && job.unheard).map(({ id }) => id),
      ["sent", "started"],
    );
    for (const row of lost) await sendAgain(transaction, row, "Sent again: nothing was heard of it");
    const sent = await send(transaction, limits.most - underWay.length + late.length);
    return [...late, ...lost, ...sent].map(({ id }) => id);
  });
}

/** All that is with the engines: few, since there is a limit. */
async function look(transaction: Transaction<OrchestratorTables>, { unheardMs }: Limits) {
  const { rows } = await sql<{ id: string; late: boolean; unheard: boolean }>`
    select id,
      phase = 'started' and started_at + timeout_s * interval '1 s' < clock_timestamp() as late,
      coalesce(heard_at < clock_timestamp() - ${unheardMs} * interval '1 ms', true) as unheard
    from jobs where phase in ('sent', 'started')`.execute(transaction);
  return rows;
}

/** Those of the jobs that are still in one of these phases, and stay there, in the order in which they are named. */
async function locked(
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

async function send(transaction: Transaction<OrchestratorTables>, room: number): Promise<JobRow[]> {
  if (room <= 0) return [];
  const rows = await locked(transaction, await next(transaction, room), ["waiting", "retrying"]);
  for (const row of rows) {
    const attempt = row.phase === "retrying" ? row.attempt + 1 : row.attempt;
    await record(transaction, row, { kind: "sent", attempt, at: new Date().toISOString() }, retryPause);
  }
  return rows;
}

/**
 * Whose turn it is: the highest priority first, among equals the one with the fewest jobs with the engines, then the oldest
 * job. A job without an owner counts for its model. Each job stands behind as many of its owner as are with the engines or
 * before it, so to sort by that is to choose one after the other. Of each owner no more than can be sent are looked at.
 */
async function next(transaction: Transaction<OrchestratorTables>, room: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive owners as (
      (select coalesce(owner, model_name) as name from jobs where phase in ('waiting', 'retrying') order by 1 limit 1)
      union all
      select (select coalesce(owner, model_name) from jobs where phase in ('waiting', 'retrying') and coalesce(owner, model_name) > owners.name order by 1 limit 1)
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
      where phase in ('waiting', 'retrying') and coalesce(owner, model_name) = owners.name
        and (next_attempt_at is null or next_attempt_at <= clock_timestamp())
      order by priority desc, created_at, id
      limit ${room}
    ) as candidates
    order by candidates.priority desc, coalesce(under_way.jobs, 0) + candidates.place, candidates.created_at, candidates.id
    limit ${room}`.execute(transaction);
  return rows.map(({ id }) => id);
}
