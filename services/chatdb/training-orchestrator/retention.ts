import type { Logger } from "@platform/kit/log.ts";
import { sql, type Kysely } from "kysely";
import { startLoop, type Loop } from "./loop.ts";
import type { OrchestratorTables } from "./schema.ts";

export interface RetentionOptions {
  db: Kysely<OrchestratorTables>;
  log: Logger;
  /** Milliseconds for which a job stays on record after it has ended. */
  keepMs: number;
  /** Between two looks. Milliseconds, default one hour. */
  pollMs?: number | undefined;
}

/** Jobs removed at a time: with their histories, so few that nobody waits for it. */
const batch = 200;

/** Removes jobs that ended long ago, with their histories and idempotency keys, until stopped. */
export function startRetention({ db, log, keepMs, pollMs = 3_600_000 }: RetentionOptions): Loop {
  return startLoop({
    pollMs,
    act: async () => {
      const removed = await removeEnded(db, keepMs);
      if (removed > 0) log.info({ jobs: removed }, "removed jobs that ended long ago");
      return removed === batch;
    },
    onFailure: (err, retryInMs) =>
      log.warn({ err, retryInMs }, "jobs that ended long ago could not be removed, will be retried"),
  });
}

/** Key of the advisory lock: any number that no other part of this database's users takes. */
const lock = 7_261_930_115;

/** Removes the jobs that ended first, a batch of them, unless another replica is at it. Returns how many went. */
export function removeEnded(db: Kysely<OrchestratorTables>, keepMs: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ ours: boolean }>`select pg_try_advisory_xact_lock(${lock}) as ours`.execute(
      transaction,
    );
    if (rows[0]?.ours !== true) return 0;
    // One that is locked is about to be tried again, or late news of it come: it has its turn later.
    const { numAffectedRows } = await sql`
      with ended as (
        select id from jobs
        where phase in ('failed', 'cancelled', 'succeeded') and finished_at < now() - ${keepMs} * interval '1 ms'
        order by finished_at
        limit ${batch}
        for update skip locked
      )
      delete from jobs using ended where jobs.id = ended.id`.execute(transaction);
    return Number(numAffectedRows);
  });
}
