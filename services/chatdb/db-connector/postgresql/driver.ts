import type { SqlStatement, Statement, Table } from "@chatdb/contracts/query.ts";
import { outliveBreaks, socketOf } from "@platform/kit/database.ts";
import pg from "pg";
import {
  connectTimeoutMs,
  introspectionTimeoutMs,
  maxConnections,
  nextBatch,
  samplingTimeoutMs,
  type Batch,
  type Driver,
  type DriverSettings,
  type Reading,
} from "../driver.ts";
import { CostGate } from "../cost-limit.ts";
import { guardedSocket } from "../guarded-socket.ts";
import { notReading } from "../refusal.ts";
import { sqlOf } from "../statement.ts";
import { watch } from "../watchdog.ts";
import { checkPostgresql } from "./statement-check.ts";
import { estimateCost } from "./cost-estimate.ts";
import { introspect } from "./introspect.ts";
import { problemOf } from "./problems.ts";
import { beginReadOnly, endReadOnly, readOnly } from "./read-only-transaction.ts";
import { RowCursor } from "./row-cursor.ts";
import { withSamples } from "./sample-values.ts";
import { readTypeNames } from "./type-names.ts";
import { decoderOf } from "./values.ts";

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
 * Reads a PostgreSQL database. Statements run in a transaction that cannot write, through a portal, so that what is not
 * wanted is never fetched. The extended protocol takes one statement a message: a second one after a semicolon is an error.
 */
export class PostgresqlDriver implements Driver {
  readonly dialect = "postgresql";
  readonly problemOf = problemOf;
  readonly #settings: DriverSettings;
  readonly #pool: pg.Pool;
  readonly #costs = new CostGate("units of cost");
  #typeNames: Map<number, string> | undefined;

  /** Connects when first asked. `onIdleError` hears of connections that broke while nobody used them. */
  constructor(settings: DriverSettings, onIdleError: (error: Error) => void) {
    this.#settings = settings;
    this.#pool = new pg.Pool({
      ...connection(settings),
      max: maxConnections,
      idleTimeoutMillis: 30_000,
      maxLifetimeSeconds: 1800,
    });
    // Without a listener the process would end with the connection; the pool has already dropped it.
    this.#pool.on("error", onIdleError);
    outliveBreaks(this.#pool);
  }

  check(statement: Statement) {
    return checkPostgresql(sqlOf(statement, "PostgreSQL").sql);
  }

  async *read(statement: Statement, reading: Reading): AsyncGenerator<Batch, void, undefined> {
    const client = await this.#pool.connect();
    const watching = watch(reading, socketOf(client));
    let pid: number | undefined;
    let cursor: RowCursor | undefined;
    try {
      pid = await watching.unlessStopped(beginReadOnly(client, reading.timeoutMs));
      const sql = sqlOf(statement, "PostgreSQL");
      if (reading.maxCost !== undefined)
        await watching.unlessStopped(this.#costs.pass(sql.sql, reading.maxCost, () => estimateCost(client, sql)));
      const typeNames = (this.#typeNames ??= await watching.unlessStopped(readTypeNames(client)));
      cursor = portal(client, sql);
      let last: Batch | undefined;
      for (
        let left = reading.maxRows, wanted = nextBatch(reading, left);
        left > 0;
        wanted = nextBatch(reading, left, last)
      ) {
        watching.takeBytes();
        const { rows, fields } = await watching.unlessStopped(cursor.next(wanted));
        if (fields.length === 0) throw notReading("this statement gives no columns");
        last = {
          columns: fields.map(({ name, dataTypeID }) => ({
            name,
            type: typeNames.get(dataTypeID) ?? this.#unknownType(),
          })),
          rows,
          bytes: watching.takeBytes(),
        };
        yield last;
        left -= rows.length;
        if (rows.length < wanted) break;
      }
    } catch (error) {
      // After an error there is nothing left of the portal.
      cursor = undefined;
      throw error;
    } finally {
      watching.end();
      // Stopped half-way, the connection is in no state to be used again; after an error of the statement it is.
      if (watching.signal.aborted) {
        client.release(true);
        // Not waited for: a server too busy to answer is too busy to be told so in time. Its own timeout stands behind it.
        if (pid !== undefined) void this.#terminate(pid).catch(() => undefined);
      } else {
        // Not waited for either: the rows are there, and the connection is busy until it is given back.
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

  /** A type that was made after the names were read: the next statement reads them again. */
  #unknownType(): string {
    this.#typeNames = undefined;
    return "unknown";
  }

  /**
   * Ends the server process `pid`, whose connection is dropped. To cancel its query would not do: between two messages of one
   * query it takes no notice of that. On a connection of its own: those of the pool may all be taken.
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
