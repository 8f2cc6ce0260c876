import { dataSourceList } from "@chatdb/contracts/data-sources.ts";
import { databaseSchema } from "@chatdb/contracts/query.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { LRUCache } from "lru-cache";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";

export interface SchemasOptions {
  /** How long a schema is kept, in ms. Default one minute. */
  ttlMs?: number;
  /** A schema younger than that is not asked for again, however unknown the words; in ms. Default five seconds. */
  refreshMs?: number;
}

/** Introspection of a large database takes its time when it is not cached; in ms. */
const timeoutMs = 15_000;

/** The schemas of the db-connector's data sources, indexed for the parser. It is asked when a question needs them. */
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

  /** The one data source that there is. @throws Problem 400 where there are several, 404 where there is none */
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

  /** @throws Problem 404 for an unknown data source, 502 to 504 when it or the db-connector does not answer */
  async get(datasource: string): Promise<SchemaIndex> {
    return await this.#indexes.forceFetch(datasource);
  }

  /** The schema as it is now, or undefined when what `get` gives is hardly older. */
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
