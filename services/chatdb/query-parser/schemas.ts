import { dataSourceList } from "@chatdb/contracts/data-sources.ts";
import { databaseSchema } from "@chatdb/contracts/query.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { LRUCache } from "lru-cache";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";

export interface SchemasOptions {
  /** The time in ms that a schema stays cached. Default one minute. */
  ttlMs?: number;
  /** The minimum age in ms of a schema that unknown words can refresh. Default five seconds. */
  refreshMs?: number;
}

/** The timeout in ms; an uncached introspection of a large database is slow. */
const timeoutMs = 15_000;

/** Caches the indexed schemas of the db-connector's data sources, and reads them when a question needs them. */
export class Schemas {
  readonly #http: HttpClient;
  readonly #refreshMs: number;
  readonly #ttlMs: number;
  readonly #indexes: LRUCache<string, SchemaIndex>;
  readonly #names: LRUCache<"names", string[]>;

  constructor(http: HttpClient, { ttlMs = 60_000, refreshMs = 5000 }: SchemasOptions = {}) {
    this.#http = http;
    this.#ttlMs = ttlMs;
    this.#refreshMs = refreshMs;
    this.#indexes = new LRUCache({ max: 100, ttl: ttlMs, fetchMethod: (name) => this.#read(name) });
    this.#names = new LRUCache({ max: 1, ttl: ttlMs, fetchMethod: () => this.#readNames() });
  }

  /** Returns the name of the only data source. @throws Problem 400 if there are several, 404 if there is none */
  async only(): Promise<string> {
    const names = await this.#names.forceFetch("names");
    const [only, another] = names;
    if (only === undefined)
      throw new Problem(chatdbProblems.dataSourceNotFound, "The db-connector has no data source to ask.");
    if (another !== undefined)
      throw new Problem(chatdbProblems.dataSourceRequired, `Name the data source to ask: ${names.join(", ")}.`, {
        datasources: names,
      });
    return only;
  }

  /**
   * Returns the indexed schema of a data source.
   * @throws Problem 404 for an unknown data source, 502 to 504 if it or the db-connector does not answer
   */
  async get(datasource: string): Promise<SchemaIndex> {
    return await this.#indexes.forceFetch(datasource);
  }

  /** Reads the schema again, or returns undefined if the cached one is recent. */
  async refresh(datasource: string): Promise<SchemaIndex | undefined> {
    const age = this.#ttlMs - this.#indexes.getRemainingTTL(datasource);
    return age < this.#refreshMs ? undefined : await this.#indexes.forceFetch(datasource, { forceRefresh: true });
  }

  async #read(datasource: string): Promise<SchemaIndex> {
    const path = `/datasources/${encodeURIComponent(datasource)}/schema?max_age_ms=${this.#refreshMs}`;
    return new SchemaIndex(await this.#http.getJson(path, databaseSchema, { timeoutMs }));
  }

  async #readNames(): Promise<string[]> {
    const { datasources } = await this.#http.getJson("/datasources", dataSourceList);
    return datasources.map(({ name }) => name);
  }
}
