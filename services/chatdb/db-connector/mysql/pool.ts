import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Parameter } from "@chatdb/contracts/query.ts";
import mysql, { type ConnectionOptions, type FieldPacket, type Pool, type PoolConnection } from "mysql2";
import { connectTimeoutMs, maxConnections } from "../driver.ts";

/** How this process reads: quotes and backslashes as the check of statements expects them, times in UTC. */
const sqlMode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/** Connections of which each is used by one reader at a time. */
export class MysqlPool {
  readonly #pool: Pool;
  readonly #sessions = new WeakMap<PoolConnection, Session>();

  constructor(options: ConnectionOptions, onIdleError: (error: Error) => void) {
    this.#pool = mysql.createPool({
      ...options,
      connectionLimit: maxConnections,
      maxIdle: maxConnections,
      idleTimeout: 30_000,
    });
    // Without a listener the process would end with the connection; the pool has already dropped it.
    this.#pool.on("connection", (connection) => connection.on("error", onIdleError));
  }

  /** A connection, to be given back or dropped. @throws when none is free or made in time */
  async take(): Promise<Session> {
    const taken = Promise.withResolvers<PoolConnection>();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      taken.reject(new Error("timeout exceeded when trying to connect"));
    }, connectTimeoutMs);
    this.#pool.getConnection((error, connection) => {
      if (error) taken.reject(error);
      else if (late) connection.release();
      else taken.resolve(connection);
    });
    const connection = await taken.promise.finally(() => clearTimeout(timer));
    const session = this.#sessions.get(connection) ?? new Session(connection);
    this.#sessions.set(connection, session);
    return session;
  }

  /** Runs `work` in a transaction that cannot write. */
  async use<T>(timeoutMs: number, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.take();
    let usable = false;
    try {
      await session.begin(timeoutMs);
      const result = await work(session);
      await session.end();
      usable = true;
      return result;
    } finally {
      if (usable) session.release();
      else session.drop();
    }
  }

  async close(): Promise<void> {
    await this.#pool.promise().end();
  }
}

/** One line of EXPLAIN, of the columns that MySQL and MariaDB share: https://dev.mysql.com/doc/refman/8.4/en/explain-output.html */
export interface Step {
  /** Of the SELECT that it belongs to. */
  id: number | null;
  rows: number;
  /** The percentage of them that is expected to be left. */
  filtered: number;
}

/** What the driver's types do not tell of a connection. */
interface Internals {
  stream: Socket;
  _handshakePacket: { serverVersion: string };
}

/** One connection while it is taken. */
export class Session {
  readonly #connection: PoolConnection;
  readonly isMariaDb: boolean;
  #settings = "";

  constructor(connection: PoolConnection) {
    this.#connection = connection;
    this.isMariaDb = this.#internals._handshakePacket.serverVersion.includes("MariaDB");
  }

  get socket(): Socket {
    return this.#internals.stream;
  }

  get threadId(): number {
    return this.#connection.threadId;
  }

  /**
   * Begins a transaction that cannot write, whose statements may take `timeoutMs`. At most `maxRows` come of a statement that has
   * no LIMIT of its own; default: all.
   */
  async begin(timeoutMs: number, maxRows?: number): Promise<void> {
    const limit = this.isMariaDb
      ? `max_statement_time = ${timeoutMs / 1000}`
      : `max_execution_time = ${Math.ceil(timeoutMs)}`;
    const settings = `SET SESSION time_zone = '+00:00', sql_mode = '${sqlMode}', ${limit}, sql_select_limit = ${maxRows ?? "DEFAULT"}`;
    if (settings !== this.#settings) await this.query(settings);
    this.#settings = settings;
    await this.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }

  /** Ends it. Nothing of the session was changed: what could do that is refused. */
  async end(): Promise<void> {
    await this.query("ROLLBACK");
  }

  release(): void {
    this.#connection.release();
  }

  drop(): void {
    this.#connection.destroy();
  }

  /** Runs a statement of this process. */
  query<Rows>(sql: string): Promise<Rows> {
    return new Promise((resolve, reject) => {
      this.#connection.query(sql, (error, rows) => (error ? reject(error) : resolve(rows as Rows)));
    });
  }

  /** The planner's steps for a statement, in the columns of {@link Step}. */
  explain(sql: string, params: readonly Parameter[]): Promise<Step[]> {
    return new Promise((resolve, reject) => {
      const options = { sql: `EXPLAIN FORMAT=TRADITIONAL ${sql}`, rowsAsArray: false };
      this.#connection.execute(options, [...params] as never[], (error, rows) => {
        if (error) return reject(error);
        resolve(
          (rows as { id: number | null; rows: unknown; filtered?: unknown }[]).map(({ id, rows, filtered }) => ({
            id,
            rows: Number(rows ?? 1),
            filtered: Number(filtered ?? 100),
          })),
        );
      });
    });
  }

  /** Prepares and runs a statement. Its fields are known when the first row is, or the end. */
  stream(sql: string, params: readonly Parameter[]): { stream: Readable; fields: () => FieldPacket[] | undefined } {
    let fields: FieldPacket[] | undefined;
    const stream = this.#connection.execute(sql, [...params] as never[]).stream({ highWaterMark: 1000 });
    stream.on("fields", (given: FieldPacket[]) => (fields = given));
    return { stream, fields: () => fields };
  }

  get #internals(): Internals {
    return this.#connection as unknown as Internals;
  }
}
