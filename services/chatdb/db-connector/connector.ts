import type { DatabaseSchema, Dialect, QueryResult, Statement, Table } from "@chatdb/contracts/query.ts";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { DataSourceSettings } from "./data-source-settings.ts";
import type { Batch, Driver, ReadOptions } from "./driver.ts";
import { problemOf } from "./database-problem.ts";
import { DataSources, type AddedSourceOptions, type ConnectedSource } from "./data-sources.ts";

export interface ConnectorOptions {
  /** How long an introspected schema is cached, in ms. Default one minute. */
  schemaTtlMs?: number;
  /** The largest size of one result's values, in bytes. Default 8 MiB. */
  maxBytes?: number;
  /** The highest cost that the database's planner may estimate for a statement. Default {@link defaultCostLimits}. */
  costLimits?: CostLimits;
  /** Lets data sources be added at run time. Default: only the configured ones exist. */
  added?: AddedSourceOptions | undefined;
}

/** Limits by dialect; undefined turns the check off. */
export type CostLimits = Partial<Record<Dialect, number | undefined>>;

/**
 * Refuses only statements that would keep a server busy for minutes, far beyond any timeout. PostgreSQL's limit is in
 * planner cost units, MySQL's in examined rows.
 */
export const defaultCostLimits = { postgresql: 50_000_000, mysql: 2_000_000_000 } satisfies CostLimits;

/** One page of a result. */
export interface Page {
  /** The maximum number of rows to return. */
  limit: number;
  /** The number of rows to skip. Default 0. */
  offset?: number;
  timeout_ms: number;
}

/** Runs queries on the data sources and turns every error into a Problem. */
export class Connector {
  readonly sources: DataSources;
  readonly #log: Logger;
  readonly #maxBytes: number;
  readonly #schemaTtlMs: number;
  readonly #costLimits: CostLimits;

  constructor(settings: readonly DataSourceSettings[], log: Logger, options: ConnectorOptions = {}) {
    this.#log = log;
    this.#maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
    this.#schemaTtlMs = options.schemaTtlMs ?? 60_000;
    this.#costLimits = options.costLimits ?? defaultCostLimits;
    this.sources = new DataSources(settings, options.added, log);
  }

  /**
   * Returns the tables that the data source's role may read, at most `maxAgeMs` old.
   * @throws Problem 404, 502, 503 or 504
   */
  async schema(name: string, maxAgeMs: number = this.#schemaTtlMs): Promise<DatabaseSchema> {
    const source = await this.sources.find(name);
    const now = performance.now();
    if (source.schema && now - source.schema.at < Math.min(maxAgeMs, this.#schemaTtlMs))
      return await source.schema.value;
    const schema = { at: now, value: this.#readSchema(source) };
    source.schema = schema;
    schema.value.catch(() => {
      if (source.schema === schema) delete source.schema;
    });
    return await schema.value;
  }

  /** Returns one page of a statement's rows. @throws Problem 400, 403, 404, 413, 502, 503 or 504 */
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
        chatdbProblems.queryInvalid,
        "Rows without an order have no second page: sort them, by a unique key in the end, or export them.",
      );
    }
    // One extra row shows whether the result goes on.
    for await (const batch of this.read(name, request, {
      maxRows: offset + limit + 1,
      timeoutMs: timeout_ms,
      signal,
    })) {
      columns = batch.columns;
      const rowsLeft = bytes < this.#maxBytes ? limit - rows.length : 0;
      const wanted = batch.rows.slice(Math.max(offset - seen, 0));
      for (const row of wanted.slice(0, rowsLeft)) rows.push(row);
      seen += batch.rows.length;
      if (wanted.length > 0) bytes += batch.bytes;
      truncated = wanted.length > rowsLeft;
      if (truncated) break;
    }
    return { columns, rows, rowCount: rows.length, truncated, took_ms: performance.now() - started };
  }

  /**
   * Yields all rows of a statement in batches, and stops it when the caller stops reading. @throws Problem like `query`
   */
  async *read(
    name: string,
    statement: Statement,
    options: Pick<ReadOptions, "maxRows" | "timeoutMs" | "signal">,
  ): AsyncGenerator<Batch, void, undefined> {
    const { driver } = await this.sources.find(name);
    driver.check(statement);
    try {
      yield* driver.read(statement, {
        ...options,
        batchBytes: this.#maxBytes,
        maxCost: this.#costLimits[driver.dialect],
      });
    } catch (error) {
      throw problemOf(error, name, driver);
    }
  }

  /** Returns the server's name and version. @throws Problem when it does not answer */
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

  async #readSchema({ name, driver }: ConnectedSource): Promise<DatabaseSchema> {
    try {
      const tables = await driver.introspect();
      const sampled: Table[] = [];
      for (const table of tables) sampled.push(await this.#sample(name, driver, table));
      return { datasource: name, dialect: driver.dialect, tables: sampled, at: new Date().toISOString() };
    } catch (error) {
      throw problemOf(error, name, driver);
    }
  }

  /**
   * Samples are optional, so a table whose samples cannot be read goes without. If the server is unavailable, the whole
   * schema fails instead: a cached schema without samples would make answers worse for a minute.
   */
  async #sample(name: string, driver: Driver, table: Table): Promise<Table> {
    try {
      return await driver.sample(table);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.#log.warn({ err: error, datasource: name, table: table.name }, "no sample values of this table");
      return table;
    }
  }
}
