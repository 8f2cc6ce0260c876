import type { SqlStatement, Statement, Table } from "@chatdb/contracts/query.ts";
import { ignoreBrokenClients, socketOf } from "@platform/kit/database.ts";
import pg from "pg";
import {
  connectTimeoutMs,
  introspectionTimeoutMs,
  maxConnections,
  nextBatchSize,
  samplingTimeoutMs,
  type Batch,
  type Driver,
  type DriverSettings,
  type ReadOptions,
} from "../driver.ts";
import { CostLimit } from "../cost-limit.ts";
import { guardedSocket } from "../guarded-socket.ts";
import { notReadOnly } from "../refusal.ts";
import { requireSql } from "../statement.ts";
import { startWatchdog } from "../watchdog.ts";
import { checkPostgresql } from "./statement-check.ts";
import { estimateCost } from "./cost-estimate.ts";
import { introspect } from "./introspect.ts";
import { problemOf } from "./problems.ts";
import { beginReadOnly, endReadOnly, readOnly } from "./read-only-transaction.ts";
import { RowCursor } from "./row-cursor.ts";
import { withSamples } from "./sample-values.ts";
import { decoderOf, readTypeNames } from "./values.ts";

const connection = ({ host, port, database, user, password, tls, addresses }: DriverSettings): pg.ClientConfig => ({
  host,
  port,
  database,
  user,
  password,
  ssl: tls !== "disable" && { rejectUnauthorized: tls === "verify" },
  application_name: "chatdb-db-connector",
  connectionTimeoutMillis: connectTimeoutMs,
  ...(addresses && { stream: () => guardedSocket(addresses) }),
});

/**
 * Reads a PostgreSQL database. Statements run in a read-only transaction and through a portal, which fetches only the
 * rows that are wanted. The extended protocol takes one statement a message, so a second one after a semicolon fails.
 */
export class PostgresqlDriver implements Driver {
  readonly dialect = "postgresql";
  readonly problemOf = problemOf;
  readonly #settings: DriverSettings;
  readonly #pool: pg.Pool;
  readonly #costs = new CostLimit("units of cost");
  #typeNames: Map<number, string> | undefined;

  /** Connects with the first query. @param onIdleError called when an idle connection breaks */
  constructor(settings: DriverSettings, onIdleError: (error: Error) => void) {
    this.#settings = settings;
    this.#pool = new pg.Pool({
      ...connection(settings),
      max: maxConnections,
      idleTimeoutMillis: 30_000,
      maxLifetimeSeconds: 1800,
    });
    // Without a listener the error would end the process. The pool has already dropped the connection.
    this.#pool.on("error", onIdleError);
    ignoreBrokenClients(this.#pool);
  }

  check(statement: Statement) {
    return checkPostgresql(requireSql(statement, "PostgreSQL").sql);
  }

  async *read(statement: Statement, reading: ReadOptions): AsyncGenerator<Batch, void, undefined> {
    const client = await this.#pool.connect();
    const watchdog = startWatchdog(reading, socketOf(client));
    let pid: number | undefined;
    let cursor: RowCursor | undefined;
    try {
      pid = await watchdog.race(beginReadOnly(client, reading.timeoutMs));
      const sql = requireSql(statement, "PostgreSQL");
      if (reading.maxCost !== undefined)
        await watchdog.race(this.#costs.enforce(sql.sql, reading.maxCost, () => estimateCost(client, sql)));
      const typeNames = (this.#typeNames ??= await watchdog.race(readTypeNames(client)));
      cursor = portal(client, sql);
      let last: Batch | undefined;
      for (
        let left = reading.maxRows, wanted = nextBatchSize(reading, left);
        left > 0;
        wanted = nextBatchSize(reading, left, last)
      ) {
        watchdog.takeBytes();
        const { rows, fields } = await watchdog.race(cursor.next(wanted));
        if (fields.length === 0) throw notReadOnly("this statement gives no columns");
        last = {
          columns: fields.map(({ name, dataTypeID }) => ({
            name,
            type: typeNames.get(dataTypeID) ?? this.#unknownType(),
          })),
          rows,
          bytes: watchdog.takeBytes(),
        };
        yield last;
        left -= rows.length;
        if (rows.length < wanted) break;
      }
    } catch (error) {
      // The error has closed the portal.
      cursor = undefined;
      throw error;
    } finally {
      watchdog.stop();
      // A connection stopped half-way cannot be used again; after an error in the statement it can.
      if (watchdog.signal.aborted) {
        client.release(true);
        // Nobody waits for this: a busy server may answer late, and its own timeout stops the statement anyway.
        if (pid !== undefined) void this.#terminate(pid).catch(() => undefined);
      } else {
        // Nobody waits for this either: the caller has its rows, and the pool gets the connection back afterwards.
        void (cursor?.close() ?? Promise.resolve())
          .then(() => endReadOnly(client))
          .then(
            () => client.release(),
            () => client.release(true),
          );
      }
    }
  }

  introspect(): Promise<Table[]> {
    return readOnly(this.#pool, introspectionTimeoutMs, introspect);
  }

  sample(table: Table): Promise<Table> {
    return readOnly(this.#pool, samplingTimeoutMs, (client) => withSamples(client, table));
  }

  async ping(): Promise<string> {
    const { rows } = await this.#pool.query<{ server_version: string }>("SHOW server_version");
    return `PostgreSQL ${rows[0]!.server_version}`;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** Makes the next statement read the type names again, since this type was created after they were read. */
  #unknownType(): string {
    this.#typeNames = undefined;
    return "unknown";
  }

  /**
   * Terminates the server process `pid`, whose connection was dropped. Cancelling its query would not do, since the
   * process ignores that between two messages of one query. The pool may be exhausted, so this uses its own connection.
   */
  async #terminate(pid: number): Promise<void> {
    const client = new pg.Client({ ...connection(this.#settings), query_timeout: connectTimeoutMs });
    client.on("error", () => undefined);
    await client.connect();
    try {
      await client.query("SELECT pg_terminate_backend($1)", [pid]);
    } finally {
      await client.end();
    }
  }
}

const portal = (client: pg.ClientBase, { sql, params = [] }: SqlStatement): RowCursor =>
  client.query(new RowCursor(sql, params, decoderOf));
