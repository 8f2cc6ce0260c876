import { addAbortSignal } from "node:stream";
import type { Statement, Table } from "@chatdb/contracts/query.ts";
import { Problem } from "@platform/kit/problem.ts";
import mysql, { type ConnectionOptions, type FieldPacket } from "mysql2";
import {
  connectTimeoutMs,
  introspectionTimeoutMs,
  nextBatch,
  samplingTimeoutMs,
  type Batch,
  type Driver,
  type DriverSettings,
  type Json,
  type Reading,
} from "../driver.ts";
import { CostGate } from "../cost-limit.ts";
import { guardedSocket } from "../guarded-socket.ts";
import { notReading } from "../refusal.ts";
import { sqlOf } from "../statement.ts";
import { watch } from "../watchdog.ts";
import { checkMysql } from "./statement-check.ts";
import { estimateCost } from "./cost-estimate.ts";
import { introspect } from "./introspect.ts";
import { MysqlPool, type Session } from "./pool.ts";
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
  // The server keeps each of them; the default is 16,000 a connection.
  maxPreparedStatements: 50,
});

/**
 * Reads a MySQL or MariaDB database. Statements run in a transaction that cannot write, as prepared statements: values never
 * become text of a statement, and a second statement is an error.
 */
export class MysqlDriver implements Driver {
  readonly dialect = "mysql";
  readonly problemOf = problemOf;
  readonly #settings: DriverSettings;
  readonly #pool: MysqlPool;
  readonly #costs = new CostGate("rows to look at");

  /** Connects when first asked. `onIdleError` hears of connections that broke while nobody used them. */
  constructor(settings: DriverSettings, onIdleError: (error: Error) => void) {
    this.#settings = settings;
    this.#pool = new MysqlPool(connection(settings), onIdleError);
  }

  check(statement: Statement) {
    return checkMysql(sqlOf(statement, "MySQL").sql);
  }

  async *read(statement: Statement, reading: Reading): AsyncGenerator<Batch, void, undefined> {
    const { sql, params = [] } = sqlOf(statement, "MySQL");
    if (params.some(Array.isArray))
      throw new Problem(400, "MySQL has no arrays: send a placeholder and a value for each element.");
    const session = await this.#pool.take();
    const watching = watch(reading, session.socket);
    let done = false;
    try {
      await watching.unlessStopped(session.begin(reading.timeoutMs, reading.maxRows));
      if (reading.maxCost !== undefined)
        await watching.unlessStopped(this.#costs.pass(sql, reading.maxCost, () => estimateCost(session, sql, params)));
      const rows = session.stream(sql, params);
      rows.stream.on("error", () => undefined);
      addAbortSignal(watching.signal, rows.stream);
      yield* batches(rows, reading, () => watching.takeBytes());
      done = true;
    } catch (error) {
      watching.signal.throwIfAborted();
      // The server answered with an error: the connection is as good as before.
      done = (error as { errno?: number }).errno !== undefined && (error as { fatal?: boolean }).fatal !== true;
      throw error;
    } finally {
      watching.end();
      if (done) {
        // Not waited for: the rows are there, and the connection is busy until it is given back.
        void session.end().then(
          () => session.release(),
          () => session.drop(),
        );
      } else {
        // Rows are on their way still: the connection is in no state to be used again.
        session.drop();
        // Not waited for: a server too busy to answer is too busy to be told so in time. Its own timeout stands behind it.
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

  /** Ends the server's thread, whose connection is dropped: it may be between two statements. On a connection of its own: those of the pool may all be taken. */
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
  reading: Reading,
  takeBytes: () => number,
): AsyncGenerator<Batch, void, undefined> {
  let described: { columns: Batch["columns"]; decode: (row: unknown[]) => Json[] } | undefined;
  let last: Batch | undefined;
  let wanted = nextBatch(reading, reading.maxRows);
  const batch = (rows: Json[][]): Batch => {
    if (!described) throw notReading("this statement gives no columns");
    return (last = { columns: described.columns, rows, bytes: takeBytes() });
  };
  takeBytes();
  let rows: Json[][] = [];
  let seen = 0;
  for await (const row of stream as AsyncIterable<unknown[]>) {
    described ??= describe(fields())!;
    rows.push(described.decode(row));
    seen += 1;
    if (seen === reading.maxRows) break;
    if (rows.length < wanted) continue;
    yield batch(rows);
    rows = [];
    wanted = nextBatch(reading, reading.maxRows - seen, last);
  }
  described ??= describe(fields());
  yield batch(rows);
}

function describe(fields: FieldPacket[] | undefined) {
  if (!fields) return undefined;
  const decoders = fields.map(decoderOf);
  return {
    columns: fields.map((field) => ({ name: field.name, type: typeNameOf(field) })),
    decode: (row: unknown[]): Json[] => row.map((value, index) => (value === null ? null : decoders[index]!(value))),
  };
}
