import type { Socket } from "node:net";
import type { QueryResult } from "@chatdb/contracts/query.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import type pg from "pg";
import { beginReadOnly, endReadOnly } from "./read-only.ts";
import { RowCursor, type Batch } from "./row-cursor.ts";
import { decoderOf, type Json } from "./values.ts";

export interface Statement {
  sql: string;
  params: readonly unknown[];
  /** The most rows to return. */
  limit: number;
  timeout_ms: number;
}

export interface Execution {
  pool: pg.Pool;
  /** Stops what a server process is doing; does not throw. */
  cancel: (pid: number) => Promise<void>;
  /** Names of types by oid, kept between queries. */
  typeNames: Map<number, string>;
  /** Aborted when nobody waits for the result any longer. */
  signal: AbortSignal;
  /** The result is cut at the end of the batch of rows in which its values pass that size. */
  maxBytes: number;
}

const batchRows = 500;

/** A batch that large, as a multiple of `maxBytes`, is not read to its end: it might not fit into memory. */
const batchOverrun = 4;

/** The server ends a statement at its timeout; where it does not, this process gives up so many ms later. */
const graceMs = 50;

/**
 * Runs one statement in a transaction that cannot write and reads its rows through a portal, so that what is not wanted
 * is never fetched. The extended protocol takes one statement a message: a second one after a semicolon is an error.
 * @throws Problem 504 after `timeout_ms`, 413 when a single batch of rows is too large, or what the driver reports
 */
export async function execute(statement: Statement, execution: Execution): Promise<QueryResult> {
  const started = performance.now();
  const client = await execution.pool.connect();
  const watch = watchOver(client, statement.timeout_ms, execution);
  let pid: number | undefined;
  try {
    pid = await unlessStopped(beginReadOnly(client, statement.timeout_ms), watch.signal);
    const result = await unlessStopped(readRows(client, statement, execution), watch.signal);
    await endReadOnly(client);
    client.release();
    return { ...result, rowCount: result.rows.length, took_ms: performance.now() - started };
  } catch (error) {
    // Stopped half-way, the connection is in no state to be used again; after an error of the statement it is.
    if (watch.signal.aborted) {
      client.release(true);
      // Not waited for: a server too busy to answer is too busy to be told so in time.
      if (pid !== undefined) void execution.cancel(pid);
    } else {
      await endReadOnly(client).then(() => client.release(), () => client.release(true));
    }
    throw error;
  } finally {
    watch.end();
  }
}

/** A signal that aborts when the time is up, the batch grows too large, or the caller goes. */
function watchOver(client: pg.PoolClient, timeoutMs: number, { signal, maxBytes }: Execution) {
  const stop = new AbortController();
  const late = () => stop.abort(new Problem(504, `The query took longer than ${timeoutMs} ms. Ask for less, or allow more with timeout_ms.`));
  const timer = setTimeout(late, timeoutMs + graceMs);
  // The driver keeps a row in memory until it is complete; only the socket tells how large it grows. No typed way there.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const enough = stream.bytesRead + batchOverrun * maxBytes;
  const onData = () => {
    if (stream.bytesRead > enough) stop.abort(new Problem(413, `The result is far larger than the ${maxBytes} bytes that fit into an answer. Ask for fewer or shorter columns.`));
  };
  stream.on("data", onData);
  return {
    signal: AbortSignal.any([signal, stop.signal]),
    end: () => {
      clearTimeout(timer);
      stream.off("data", onData);
    },
  };
}

/** What `work` comes to, or the reason of the signal as soon as it aborts. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = () => stopped.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function readRows(client: pg.ClientBase, { sql, params, limit }: Statement, { maxBytes, typeNames }: Execution) {
  let bytes = 0;
  const getTypeParser = (oid: number) => {
    const decode = decoderOf(oid);
    return (text: string) => {
      bytes += text.length;
      return decode(text);
    };
  };
  const cursor = client.query(new RowCursor(sql, params, getTypeParser));
  const rows: Json[][] = [];
  let batch: Batch;
  let wanted: number;
  do {
    wanted = Math.min(batchRows, limit - rows.length);
    batch = await cursor.next(wanted);
    for (const row of batch.rows) rows.push(row);
  } while (batch.rows.length === wanted && rows.length < limit && bytes < maxBytes);
  const truncated = batch.rows.length === wanted && (await cursor.next(1)).rows.length > 0;
  await cursor.close();
  if (batch.fields.length === 0) throw new Problem(400, "The statement gives no columns. Only queries that read are run here.");
  return { columns: await describe(client, batch.fields, typeNames), rows, truncated };
}

async function describe(client: pg.ClientBase, fields: readonly pg.FieldDef[], typeNames: Map<number, string>) {
  const unknown = [...new Set(fields.map(({ dataTypeID }) => dataTypeID))].filter((oid) => !typeNames.has(oid));
  if (unknown.length > 0) {
    const { rows } = await client.query<{ oid: number; name: string }>(
      "SELECT oid, format_type(oid, NULL) AS name FROM unnest($1::oid[]) AS oid",
      [unknown],
    );
    for (const { oid, name } of rows) typeNames.set(oid, name);
  }
  return fields.map(({ name, dataTypeID }) => ({ name, type: typeNames.get(dataTypeID) ?? "unknown" }));
}
