import { destroyWhenIdle } from "@platform/kit/database.ts";
import type pg from "pg";

/** The server ends a statement at its timeout. If it stays silent for so many ms longer, it is gone. */
const graceMs = 1000;

/**
 * Begins a read-only transaction with a statement timeout and ISO 8601 dates in UTC, in one round trip. Every setting
 * ends with the transaction.
 * @returns the id of the server process
 */
export async function beginReadOnly(client: pg.ClientBase, timeoutMs: number): Promise<number> {
  const results = (await client.query(`
    BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)};
    SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601';
    SELECT pg_backend_pid() AS pid`)) as unknown as pg.QueryResult<{ pid: number }>[];
  return results.at(-1)!.rows[0]!.pid;
}

/** Ends the transaction and releases advisory locks, which a statement may have taken for the session. */
export async function endReadOnly(client: pg.ClientBase): Promise<void> {
  await client.query("ROLLBACK; SELECT pg_advisory_unlock_all()");
}

/** Runs `work` in a read-only transaction. An unusable connection is dropped instead of returned to the pool. */
export async function readOnly<T>(
  pool: pg.Pool,
  timeoutMs: number,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const answered = destroyWhenIdle(client, timeoutMs + graceMs);
  let usable = false;
  try {
    await beginReadOnly(client, timeoutMs);
    const result = await work(client).finally(() => endReadOnly(client));
    usable = true;
    return result;
  } finally {
    answered();
    client.release(!usable);
  }
}
