import type { Logger } from "@platform/kit/log.ts";
import { sql, type Kysely } from "kysely";
import { startLoop, type Loop } from "@platform/kit/loop.ts";
import type { OrchestratorTables } from "./tables.ts";

export interface RetentionOptions {
  db: Kysely<OrchestratorTables>;
  log: Logger;
  /** Time for which an ended job is kept, milliseconds. */
  keepJobsMs: number;
  /** Time between two runs, milliseconds. Default one hour. */
  pollMs?: number | undefined;
}

/** Jobs removed at once, with their histories: few, so that others do not wait for their locks. */
const batchSize = 200;

/** Removes jobs that ended long ago, with their histories and idempotency keys, until stopped. */
export function startRetention({ db, log, keepJobsMs, pollMs = 3_600_000 }: RetentionOptions): Loop {
  return startLoop({
    pollMs,
    act: async () => {
      const removed = await removeEnded(db, keepJobsMs);
      if (removed > 0) log.info({ jobs: removed }, "removed jobs that ended long ago");
      return removed === batchSize;
    },
    onFailure: (err, retryInMs) =>
      log.warn({ err, retryInMs }, "could not remove jobs that ended long ago, will retry"),
  });
}

/** Key of the advisory lock; no other part of this database may use it. */
const lockKey = 7_261_930_115;

/** Removes a batch of the jobs that ended first, unless another replica is doing so. Returns their number. */
export function removeEnded(db: Kysely<OrchestratorTables>, keepJobsMs: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as locked`.execute(
      transaction,
    );
    if (rows[0]?.locked !== true) return 0;
    // A locked job is being retried or changed by a late event; a later run removes it if it still qualifies.
    const { numAffectedRows } = await sql`
      with ended as (
        select id from jobs
        where phase in ('failed', 'cancelled', 'succeeded') and finished_at < now() - ${keepJobsMs} * interval '1 ms'
        order by finished_at
        limit ${batchSize}
        for update skip locked
      )
      delete from jobs using ended where jobs.id = ended.id`.execute(transaction);
    return Number(numAffectedRows);
  });
}
