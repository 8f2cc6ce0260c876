import { addAbortSignal } from "node:stream";
import type { Statement, Table } from "@chatdb/contracts/query.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import mysql, { type ConnectionOptions, type FieldPacket } from "mysql2";
import {
  connectTimeoutMs,
  introspectionTimeoutMs,
  nextBatchSize,
  samplingTimeoutMs,
  type Batch,
  type Driver,
  type DriverSettings,
  type Json,
  type ReadOptions,
} from "../driver.ts";
import { CostLimit } from "../cost-limit.ts";
import { guardedSocket } from "../guarded-socket.ts";
import { notReadOnly } from "../refusal.ts";
import { requireSql } from "../statement.ts";
import { startWatchdog } from "../watchdog.ts";
import { checkMysql } from "./statement-check.ts";
import { estimateCost } from "./cost-estimate.ts";
import { introspect } from "./introspect.ts";
import { MysqlPool } from "./pool.ts";
import type { Session } from "./session.ts";
import { problemOf } from "./problems.ts";
import { withSamples } from "./sample-values.ts";
import { decoderOf, typeNameOf } from "./values.ts";

const connection = ({ host, port, database, user, password, tls, addresses }: DriverSettings): ConnectionOptions => ({
  host,
  port,
  database,
  user,
  password,
  ...(tls !== "disable" && { ssl: { rejectUnauthorized: tls === "verify", verifyIdentity: tls === "verify" } }),
  ...(addresses && { stream: () => guardedSocket(addresses).connect(port, host) }),
  connectTimeout: connectTimeoutMs,
  charset: "utf8mb4",
  multipleStatements: false,
  flags: ["-LOCAL_FILES"],
  rowsAsArray: true,
  dateStrings: true,
  supportBigNumbers: true,
  // Each one takes memory on the server; the default is 16,000 a connection.
  maxPreparedStatements: 50,
});

/**
 * Reads a MySQL or MariaDB database. Statements run in a read-only transaction and as prepared statements, so values
 * never become statement text, and a second statement fails.
 */
export class MysqlDriver implements Driver {
  readonly dialect = "mysql";
  readonly problemOf = problemOf;
  readonly #settings: DriverSettings;
  readonly #pool: MysqlPool;
  readonly #costs = new CostLimit("rows to look at");

  /** Connects with the first query. @param onIdleError called when an idle connection breaks */
  constructor(settings: DriverSettings, onIdleError: (error: Error) => void) {
    this.#settings = settings;
    this.#pool = new MysqlPool(connection(settings), onIdleError);
  }

  check(statement: Statement) {
    return checkMysql(requireSql(statement, "MySQL").sql);
  }

  async *read(statement: Statement, reading: ReadOptions): AsyncGenerator<Batch, void, undefined> {
    const { sql, params = [] } = requireSql(statement, "MySQL");
    if (params.some(Array.isArray))
      throw new Problem(
        chatdbProblems.queryInvalid,
        "MySQL has no arrays: send a placeholder and a value for each element.",
      );
    const session = await this.#pool.take();
    const watchdog = startWatchdog(reading, session.socket);
    let done = false;
    try {
      await watchdog.race(session.begin(reading.timeoutMs, reading.maxRows));
      if (reading.maxCost !== undefined)
        await watchdog.race(this.#costs.enforce(sql, reading.maxCost, () => estimateCost(session, sql, params)));
      const rows = session.stream(sql, params);
      rows.stream.on("error", () => undefined);
      addAbortSignal(watchdog.signal, rows.stream);
      yield* batches(rows, reading, () => watchdog.takeBytes());
      done = true;
    } catch (error) {
      watchdog.signal.throwIfAborted();
      // After an error in the statement, the connection can be used again.
      done = (error as { errno?: number }).errno !== undefined && (error as { fatal?: boolean }).fatal !== true;
      throw error;
    } finally {
      watchdog.stop();
      if (done) {
        // Nobody waits for this: the caller has its rows, and the pool gets the connection back afterwards.
        void session.end().then(
          () => session.release(),
          () => session.drop(),
        );
      } else {
        // Rows are still on their way, so the connection cannot be used again.
        session.drop();
        // Nobody waits for this: a busy server may answer late, and its own timeout stops the statement anyway.
        void this.#kill(session.threadId).catch(() => undefined);
      }
    }
  }

  introspect(): Promise<Table[]> {
    return this.#pool.use(introspectionTimeoutMs, (session) => introspect(session));
  }

  sample(table: Table): Promise<Table> {
    return this.#pool.use(samplingTimeoutMs, (session) => withSamples(session, table));
  }

  ping(): Promise<string> {
    return this.#pool.use(connectTimeoutMs, async (session) => {
      const [[version]] = await session.query<[[string]]>("SELECT version()");
      return session.isMariaDb ? `MariaDB ${version.split("-")[0]}` : `MySQL ${version}`;
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /**
   * Ends the server's thread, whose connection was dropped. KILL QUERY would not do, since the thread may be between
   * two statements. The pool may be exhausted, so this uses its own connection.
   */
  async #kill(threadId: number): Promise<void> {
    const client = mysql.createConnection(connection(this.#settings)).promise();
    client.on("error", () => undefined);
    try {
      await client.query(`KILL ${threadId}`);
    } finally {
      client.destroy();
    }
  }
}

async function* batches(
  { stream, fields }: ReturnType<Session["stream"]>,
  reading: ReadOptions,
  takeBytes: () => number,
): AsyncGenerator<Batch, void, undefined> {
  let header: { columns: Batch["columns"]; decode: (row: unknown[]) => Json[] } | undefined;
  let last: Batch | undefined;
  let wanted = nextBatchSize(reading, reading.maxRows);
  const batch = (rows: Json[][]): Batch => {
    if (!header) throw notReadOnly("this statement gives no columns");
    return (last = { columns: header.columns, rows, bytes: takeBytes() });
  };
  takeBytes();
  let rows: Json[][] = [];
  let seen = 0;
  for await (const row of stream as AsyncIterable<unknown[]>) {
    header ??= headerOf(fields())!;
    rows.push(header.decode(row));
    seen += 1;
    if (seen === reading.maxRows) break;
    if (rows.length < wanted) continue;
    yield batch(rows);
    rows = [];
    wanted = nextBatchSize(reading, reading.maxRows - seen, last);
  }
  header ??= headerOf(fields());
  yield batch(rows);
}

function headerOf(fields: FieldPacket[] | undefined) {
  if (!fields) return undefined;
  const decoders = fields.map(decoderOf);
  return {
    columns: fields.map((field) => ({ name: field.name, type: typeNameOf(field) })),
    decode: (row: unknown[]): Json[] => row.map((value, index) => (value === null ? null : decoders[index]!(value))),
  };
}
