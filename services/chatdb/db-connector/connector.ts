import type { DatabaseSchema, Dialect, QueryResult, Statement, Table } from "@chatdb/contracts/query.ts";
import { isAway } from "@platform/kit/away.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import type { DataSourceSettings } from "./data-source-settings.ts";
import type { Batch, Driver, Reading } from "./driver.ts";
import { problemOf } from "./database-problem.ts";
import { Sources, type Adding, type Source } from "./data-sources.ts";

export interface ConnectorOptions {
  /** How long an introspected schema is kept, in ms. Default one minute. */
  schemaTtlMs?: number;
  /** Size of the values of one result, in bytes. Default 8 MiB. */
  maxBytes?: number;
  /** What the planner may estimate a statement to cost. Default {@link defaultCostLimits}. */
  costLimits?: CostLimits;
  /** Lets data sources be added at run time. Default: there are those of the configuration alone. */
  adding?: Adding | undefined;
}

/** By dialect; undefined asks no planner. */
export type CostLimits = Partial<Record<Dialect, number | undefined>>;

/** Of PostgreSQL in units of cost, of MySQL in rows that are looked at: what takes a server minutes, far beyond any timeout. */
export const defaultCostLimits = { postgresql: 50_000_000, mysql: 2_000_000_000 } satisfies CostLimits;

/** One page of a result. */
export interface Page {
  /** The most rows to return. */
  limit: number;
  /** Rows to pass over first. Default 0. */
  offset?: number;
  timeout_ms: number;
}

/** Asks the data sources; every error comes out as a Problem. */
export class Connector {
  readonly sources: Sources;
  readonly #log: Logger;
  readonly #maxBytes: number;
  readonly #schemaTtlMs: number;
  readonly #costLimits: CostLimits;

  constructor(settings: readonly DataSourceSettings[], log: Logger, options: ConnectorOptions = {}) {
    this.#log = log;
    this.#maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
    this.#schemaTtlMs = options.schemaTtlMs ?? 60_000;
    this.#costLimits = options.costLimits ?? defaultCostLimits;
    this.sources = new Sources(settings, options.adding, log);
  }

  /**
   * What the data source's role may read, at most `maxAgeMs` old.
   * @throws Problem 404, 502, 503 or 504
   */
  async schema(name: string, maxAgeMs: number = this.#schemaTtlMs): Promise<DatabaseSchema> {
    const source = await this.sources.find(name);
    const now = performance.now();
    if (source.schema && now - source.schema.at < Math.min(maxAgeMs, this.#schemaTtlMs))
      return await source.schema.value;
    const reading = { at: now, value: this.#readSchema(source) };
    source.schema = reading;
    reading.value.catch(() => {
      if (source.schema === reading) delete source.schema;
    });
    return await reading.value;
  }

  /** One page of a statement's rows. @throws Problem 400, 403, 404, 413, 502, 503 or 504 */
  async query(name: string, request: Statement & Page, signal: AbortSignal): Promise<QueryResult> {
    const started = performance.now();
    const { limit, offset = 0, timeout_ms } = request;
    let columns: QueryResult["columns"] = [];
    const rows: QueryResult["rows"] = [];
    let seen = 0;
    let bytes = 0;
    let truncated = false;
    if (offset > 0 && !(await this.sources.find(name)).driver.check(request).ordered) {
      throw new Problem(
        400,
        "Rows without an order have no second page: sort them, by a unique key in the end, or export them.",
      );
    }
    // One row more than wanted tells whether there is more.
    for await (const batch of this.read(name, request, {
      maxRows: offset + limit + 1,
      timeoutMs: timeout_ms,
      signal,
    })) {
      columns = batch.columns;
      const room = bytes < this.#maxBytes ? limit - rows.length : 0;
      const wanted = batch.rows.slice(Math.max(offset - seen, 0));
      for (const row of wanted.slice(0, room)) rows.push(row);
      seen += batch.rows.length;
      if (wanted.length > 0) bytes += batch.bytes;
      truncated = wanted.length > room;
      if (truncated) break;
    }
    return { columns, rows, rowCount: rows.length, truncated, took_ms: performance.now() - started };
  }

  /** All rows of a statement, in batches; the statement stops when the caller stops. @throws Problem like `query` */
  async *read(
    name: string,
    statement: Statement,
    reading: Pick<Reading, "maxRows" | "timeoutMs" | "signal">,
  ): AsyncGenerator<Batch, void, undefined> {
    const { driver } = await this.sources.find(name);
    driver.check(statement);
    try {
      yield* driver.read(statement, {
        ...reading,
        batchBytes: this.#maxBytes,
        maxCost: this.#costLimits[driver.dialect],
      });
    } catch (error) {
      throw problemOf(error, name, driver);
    }
  }

  /** The server's name and version. @throws Problem when it does not answer */
  async ping(name: string): Promise<string> {
    const { driver } = await this.sources.find(name);
    try {
      return await driver.ping();
    } catch (error) {
      throw problemOf(error, name, driver);
    }
  }

  close(): Promise<void> {
    return this.sources.close();
  }

  async #readSchema({ name, driver }: Source): Promise<DatabaseSchema> {
    try {
      const tables = await driver.introspect();
      const sampled: Table[] = [];
      for (const table of tables) sampled.push(await this.#sample(name, driver, table));
      return { datasource: name, dialect: driver.dialect, tables: sampled, at: new Date().toISOString() };
    } catch (error) {
      throw problemOf(error, name, driver);
    }
  }

  /** Samples are a help, not a need: a table that gives none in time goes without. A server that is away gives no schema, though, and not a poor one. */
  async #sample(name: string, driver: Driver, table: Table): Promise<Table> {
    try {
      return await driver.sample(table);
    } catch (error) {
      if (isAway(error)) throw error;
      this.#log.warn({ err: error, datasource: name, table: table.name }, "no sample values of this table");
      return table;
    }
  }
}
