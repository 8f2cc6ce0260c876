import type { DatabaseSchema, QueryResult, Table } from "@chatdb/contracts/query.ts";
import { isAway } from "@chatdb/kit/away.ts";
import type { Logger } from "@chatdb/kit/log.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import { problemOf } from "./answer-problems.ts";
import { cancelBackend, openDataSourcePool, type DataSourceSettings } from "./data-source.ts";
import { execute, type Statement } from "./execute.ts";
import { introspect } from "./introspect.ts";
import { readOnly } from "./read-only.ts";
import { withSamples } from "./sample-values.ts";

export interface ConnectorOptions {
  /** How long an introspected schema is kept, in ms. Default one minute. */
  schemaTtlMs?: number;
  /** Size of the values of one result, in bytes. Default 8 MiB. */
  maxBytes?: number;
}

const introspectionTimeoutMs = 10_000;
const samplingTimeoutMs = 1000;

/** The data sources, each with its pool; every error comes out as a Problem. */
export class Connector {
  readonly #sources: Map<string, { settings: DataSourceSettings; pool: pg.Pool; typeNames: Map<number, string> }>;
  readonly #schemas: LRUCache<string, DatabaseSchema>;
  readonly #log: Logger;
  readonly #maxBytes: number;
  readonly #schemaTtlMs: number;

  constructor(settings: readonly DataSourceSettings[], log: Logger, options: ConnectorOptions = {}) {
    this.#log = log;
    this.#maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
    this.#schemaTtlMs = options.schemaTtlMs ?? 60_000;
    const open = (each: DataSourceSettings) =>
      openDataSourcePool(each, (error) => log.warn({ err: error, datasource: each.name }, "an idle connection broke"));
    this.#sources = new Map(settings.map((each) => [each.name, { settings: each, pool: open(each), typeNames: new Map() }]));
    this.#schemas = new LRUCache({ max: 1000, ttl: this.#schemaTtlMs, fetchMethod: (name) => this.#readSchema(name) });
  }

  list(): DataSourceSettings[] {
    return [...this.#sources.values()].map(({ settings }) => settings);
  }

  /**
   * What the data source's role may read, at most `maxAgeMs` old.
   * @throws Problem 404, 502, 503 or 504
   */
  async schema(name: string, maxAgeMs: number = this.#schemaTtlMs): Promise<DatabaseSchema> {
    this.#source(name);
    const age = this.#schemaTtlMs - this.#schemas.getRemainingTTL(name);
    return await this.#schemas.forceFetch(name, { forceRefresh: age > maxAgeMs });
  }

  /** @throws Problem 400, 403, 404, 413, 502, 503 or 504 */
  async query(name: string, statement: Statement, signal: AbortSignal): Promise<QueryResult> {
    const { settings, pool, typeNames } = this.#source(name);
    const cancel = (pid: number) =>
      cancelBackend(settings, pid).catch((error: unknown) => {
        this.#log.warn({ err: error, datasource: name, pid }, "could not cancel a query; its statement timeout will end it");
      });
    try {
      return await execute(statement, { pool, cancel, typeNames, signal, maxBytes: this.#maxBytes });
    } catch (error) {
      throw problemOf(error, name);
    }
  }

  /** The server's version. @throws Problem when it does not answer */
  async ping(name: string): Promise<string> {
    try {
      const { rows } = await this.#source(name).pool.query<{ server_version: string }>("SHOW server_version");
      return rows[0]!.server_version;
    } catch (error) {
      throw problemOf(error, name);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ pool }) => pool.end()));
  }

  #source(name: string) {
    const source = this.#sources.get(name);
    if (source) return source;
    const known = [...this.#sources.keys()];
    const list = known.length === 0 ? "None is configured." : `There are: ${known.join(", ")}.`;
    throw new Problem(404, `There is no data source "${name}". ${list}`, { datasources: known });
  }

  async #readSchema(name: string): Promise<DatabaseSchema> {
    const { pool } = this.#source(name);
    try {
      const tables = await readOnly(pool, introspectionTimeoutMs, introspect);
      const sampled: Table[] = [];
      for (const table of tables) sampled.push(await this.#sample(name, pool, table));
      return { datasource: name, dialect: "postgresql", tables: sampled, at: new Date().toISOString() };
    } catch (error) {
      throw problemOf(error, name);
    }
  }

  /** Samples are a help, not a need: a table that gives none in time goes without. A server that is away gives no schema, though, and not a poor one. */
  async #sample(name: string, pool: pg.Pool, table: Table): Promise<Table> {
    try {
      return await readOnly(pool, samplingTimeoutMs, (client) => withSamples(client, table));
    } catch (error) {
      if (isAway(error)) throw error;
      this.#log.warn({ err: error, datasource: name, table: table.name }, "no sample values of this table");
      return table;
    }
  }
}
