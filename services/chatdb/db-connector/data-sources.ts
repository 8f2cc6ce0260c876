import type { DataSource } from "@chatdb/contracts/data-sources.ts";
import type { DatabaseSchema, Dialect } from "@chatdb/contracts/query.ts";
import type { AddressRules } from "@platform/kit/address-rules.ts";
import { isAway } from "@platform/kit/away.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { resolvePassword, type PasswordSources } from "./added-sources/password-reference.ts";
import type { AddedSource, AddedSources } from "./added-sources/added-sources.ts";
import type { DataSourceSettings } from "./data-source-settings.ts";
import type { Connect, Driver } from "./driver.ts";
import { MongodbDriver } from "./mongodb/driver.ts";
import { MysqlDriver } from "./mysql/driver.ts";
import { PostgresqlDriver } from "./postgresql/driver.ts";

/** What data sources that are added at run time need. */
export interface Adding {
  store: AddedSources;
  addresses: AddressRules;
  passwords: PasswordSources;
}

/** One data source, with its connections. */
export interface Source {
  readonly name: string;
  readonly driver: Driver;
  /** The last reading of its schema. */
  schema?: { at: number; value: Promise<DatabaseSchema> };
}

/** How long what is on record is taken for true, in ms: what one replica changes, the others know that much later. */
const recordTtlMs = 1000;

const drivers: Record<Dialect, Connect> = {
  postgresql: (...args) => new PostgresqlDriver(...args),
  mysql: (...args) => new MysqlDriver(...args),
  mongodb: (settings) => new MongodbDriver(settings),
};

/** The data sources: those of the configuration, and those that were added. */
export class Sources {
  readonly #configured: ReadonlyMap<string, { settings: DataSourceSettings; source: Source }>;
  readonly #adding: Adding | undefined;
  readonly #log: Logger;
  /** Those that were added and have been asked since, by name. */
  readonly #opened = new Map<string, { revision: string; source: Promise<Source> }>();
  #record: { at: number; rows: Promise<Map<string, AddedSource>> } | undefined;

  constructor(configured: readonly DataSourceSettings[], adding: Adding | undefined, log: Logger) {
    this.#adding = adding;
    this.#log = log;
    this.#configured = new Map(
      configured.map((settings) => [settings.name, { settings, source: this.#open(settings.name, settings) }]),
    );
  }

  async list(): Promise<DataSource[]> {
    const configured = [...this.#configured.values()].map(
      ({ settings: { name, dialect, host, port, database, user, tls } }): DataSource => ({
        name,
        dialect,
        host,
        port,
        database,
        user,
        tls,
        origin: "configuration",
      }),
    );
    const added = [...(await this.#added()).values()].filter(({ name }) => !this.#configured.has(name)).map(shown);
    return [...configured, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The names of those of the configuration. */
  configured(): string[] {
    return [...this.#configured.keys()];
  }

  isConfigured(name: string): boolean {
    return this.#configured.has(name);
  }

  /** @throws Problem 404 when there is none of that name; 403 or 503 when it may or can not be connected to */
  async find(name: string): Promise<Source> {
    const configured = this.#configured.get(name);
    if (configured) return configured.source;
    const added = (await this.#added()).get(name);
    if (!added) {
      this.#forget(name);
      throw await this.#unknown(name);
    }
    const opened = this.#opened.get(name);
    if (opened?.revision === added.revision) return await opened.source;
    this.#forget(name);
    const source = this.#openAdded(this.#adding!, added);
    this.#opened.set(name, { revision: added.revision, source });
    // A secret that is missing now may be there the next time.
    source.catch(() => this.#opened.delete(name));
    return await source;
  }

  /** What this replica has changed on record is read again at once. */
  changed(): void {
    this.#record = undefined;
  }

  async close(): Promise<void> {
    const added = await Promise.allSettled([...this.#opened.values()].map(({ source }) => source));
    const opened = added.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    await Promise.all(
      [...[...this.#configured.values()].map(({ source }) => source), ...opened].map(({ driver }) => driver.close()),
    );
  }

  #open(name: string, settings: DataSourceSettings): Source {
    const onIdleError = (err: Error) => this.#log.warn({ err, datasource: name }, "an idle connection broke");
    return { name, driver: drivers[settings.dialect](settings, onIdleError) };
  }

  async #openAdded({ store, addresses, passwords }: Adding, added: AddedSource): Promise<Source> {
    addresses.checkPort(added.port);
    const { name, dialect, host, port, database, user, tls, password_ref } = added;
    const password = password_ref === null ? store.passwordOf(added) : await resolvePassword(password_ref, passwords);
    return this.#open(name, { name, dialect, host, port, database, user, tls, password, addresses });
  }

  /** Connections of a data source that is no more, or no more what it was, end when they are no longer in use. */
  #forget(name: string): void {
    const opened = this.#opened.get(name);
    this.#opened.delete(name);
    opened?.source
      .then(({ driver }) => driver.close())
      .catch((err: unknown) => this.#log.warn({ err, datasource: name }, "could not close its connections"));
  }

  async #added(): Promise<Map<string, AddedSource>> {
    if (!this.#adding) return new Map();
    const before = this.#record;
    if (before && performance.now() - before.at < recordTtlMs) return await before.rows;
    const rows = this.#adding.store.list().then((list) => new Map(list.map((each) => [each.name, each])));
    // The record's database is away: what was true a moment ago is better than nothing.
    const known = rows.catch(async (error: unknown) => {
      if (!before || !isAway(error)) throw error;
      this.#log.warn({ err: error }, "the record of data sources is away; the last one is used");
      return await before.rows;
    });
    const record = { at: performance.now(), rows: known };
    this.#record = record;
    known.catch(() => {
      if (this.#record === record) this.#record = undefined;
    });
    return await known;
  }

  async #unknown(name: string): Promise<Problem> {
    const known = (await this.list()).map((each) => each.name);
    const list = known.length === 0 ? "There is none at all." : `There are: ${known.join(", ")}.`;
    return new Problem(404, `There is no data source "${name}". ${list}`, { datasources: known });
  }
}

/** What of it may be seen. */
export function shown({ name, dialect, host, port, database, user, tls, password_ref }: AddedSource): DataSource {
  return {
    name,
    dialect,
    host,
    port,
    database,
    user,
    tls,
    origin: "api",
    ...(password_ref === null ? {} : { password_ref }),
  };
}
