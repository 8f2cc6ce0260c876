import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Parameter } from "@chatdb/contracts/query.ts";
import type { FieldPacket, PoolConnection } from "mysql2";

/** The sql_mode under which quotes and backslashes mean what the statement check expects. */
const sqlMode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/**
 * One row of EXPLAIN, with columns that MySQL and MariaDB share:
 * https://dev.mysql.com/doc/refman/8.4/en/explain-output.html
 */
export interface PlanStep {
  /** The SELECT that the step belongs to. */
  id: number | null;
  rows: number;
  /** The percentage of the rows that the step's conditions are expected to keep. */
  filtered: number;
}

/** Members of a connection that the driver's types omit. */
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
   * Begins a read-only transaction with a statement timeout. `maxRows` limits statements that have no LIMIT of their
   * own; default: no limit.
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

  /** Ends the transaction. Session variables need no reset, since the check refuses statements that set them. */
  async end(): Promise<void> {
    await this.query("ROLLBACK");
  }

  release(): void {
    this.#connection.release();
  }

  drop(): void {
    this.#connection.destroy();
  }

  /** Runs one of the connector's own statements. */
  query<Rows>(sql: string): Promise<Rows> {
    return new Promise((resolve, reject) => {
      this.#connection.query(sql, (error, rows) => (error ? reject(error) : resolve(rows as Rows)));
    });
  }

  /** Returns the steps of a statement's plan. */
  explain(sql: string, params: readonly Parameter[]): Promise<PlanStep[]> {
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

  /** Prepares and runs a statement. `fields` returns its columns from the first row, or the end, on. */
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
