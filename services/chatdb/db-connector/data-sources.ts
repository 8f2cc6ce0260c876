import type { DataSource } from "@chatdb/contracts/data-sources.ts";
import type { DatabaseSchema, Dialect } from "@chatdb/contracts/query.ts";
import type { AddressRules } from "@platform/kit/address-rules.ts";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { resolvePassword, type PasswordSources } from "./added-sources/password-reference.ts";
import type { AddedSource, AddedSources } from "./added-sources/added-sources.ts";
import type { DataSourceSettings } from "./data-source-settings.ts";
import type { Driver, DriverFactory } from "./driver.ts";
import { MongodbDriver } from "./mongodb/driver.ts";
import { MysqlDriver } from "./mysql/driver.ts";
import { PostgresqlDriver } from "./postgresql/driver.ts";

/** The collaborators that data sources added at run time need. */
export interface AddedSourceOptions {
  store: AddedSources;
  addresses: AddressRules;
  passwords: PasswordSources;
}

/** A data source with its connections. */
export interface ConnectedSource {
  readonly name: string;
  readonly driver: Driver;
  /** The cached schema. */
  schema?: { at: number; value: Promise<DatabaseSchema> };
}

/** How long a replica caches the stored data sources, in ms, and so how late it notices another one's change. */
const storedTtlMs = 1000;

const drivers: Record<Dialect, DriverFactory> = {
  postgresql: (...args) => new PostgresqlDriver(...args),
  mysql: (...args) => new MysqlDriver(...args),
  mongodb: (settings) => new MongodbDriver(settings),
};

/** Finds the data sources, both the configured ones and those added at run time. */
export class DataSources {
  readonly #configured: ReadonlyMap<string, { settings: DataSourceSettings; source: ConnectedSource }>;
  readonly #options: AddedSourceOptions | undefined;
  readonly #log: Logger;
  /** The added data sources that this replica has connected to, by name. */
  readonly #opened = new Map<string, { revision: string; source: Promise<ConnectedSource> }>();
  #stored: { at: number; rows: Promise<Map<string, AddedSource>> } | undefined;

  /** @param options lets data sources be added at run time */
  constructor(configured: readonly DataSourceSettings[], options: AddedSourceOptions | undefined, log: Logger) {
    this.#options = options;
    this.#log = log;
    this.#configured = new Map(
      configured.map((settings) => [settings.name, { settings, source: this.#open(settings.name, settings) }]),
    );
  }

  async list(): Promise<DataSource[]> {
    const configured = [...this.#configured.values()].map(
      ({ settings }): DataSource => ({ ...publicFields(settings), origin: "configuration" }),
    );
    const added = [...(await this.#added()).values()].filter(({ name }) => !this.#configured.has(name)).map(toPublic);
    return [...configured, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Returns the names of the configured data sources. */
  configuredNames(): string[] {
    return [...this.#configured.keys()];
  }

  isConfigured(name: string): boolean {
    return this.#configured.has(name);
  }

  /** @throws Problem 404 for an unknown name; 403 if its address is not allowed; 503 if its password cannot be read */
  async find(name: string): Promise<ConnectedSource> {
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
    const source = this.#openAdded(this.#options!, added);
    this.#opened.set(name, { revision: added.revision, source });
    // A secret that is missing now may be there next time.
    source.catch(() => this.#opened.delete(name));
    return await source;
  }

  /** Drops the cached data sources after this replica has changed one. */
  invalidate(): void {
    this.#stored = undefined;
  }

  async close(): Promise<void> {
    const added = await Promise.allSettled([...this.#opened.values()].map(({ source }) => source));
    const opened = added.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    await Promise.all(
      [...[...this.#configured.values()].map(({ source }) => source), ...opened].map(({ driver }) => driver.close()),
    );
  }

  #open(name: string, settings: DataSourceSettings): ConnectedSource {
    const onIdleError = (err: Error) => this.#log.warn({ err, datasource: name }, "an idle connection broke");
    return { name, driver: drivers[settings.dialect](settings, onIdleError) };
  }

  async #openAdded({ store, addresses, passwords }: AddedSourceOptions, added: AddedSource): Promise<ConnectedSource> {
    addresses.checkPort(added.port);
    const { name, dialect, host, port, database, user, tls, password_ref } = added;
    const password = password_ref === null ? store.passwordOf(added) : await resolvePassword(password_ref, passwords);
    return this.#open(name, { name, dialect, host, port, database, user, tls, password, addresses });
  }

  /** Closes the connections of a data source that was removed or changed, once they are idle. */
  #forget(name: string): void {
    const opened = this.#opened.get(name);
    this.#opened.delete(name);
    opened?.source
      .then(({ driver }) => driver.close())
      .catch((err: unknown) => this.#log.warn({ err, datasource: name }, "could not close its connections"));
  }

  async #added(): Promise<Map<string, AddedSource>> {
    if (!this.#options) return new Map();
    const before = this.#stored;
    if (before && performance.now() - before.at < storedTtlMs) return await before.rows;
    const rows = this.#options.store.list().then((list) => new Map(list.map((each) => [each.name, each])));
    // While the database is unavailable, the previous list is better than none.
    const rowsOrPrevious = rows.catch(async (error: unknown) => {
      if (!before || !isUnavailable(error)) throw error;
      this.#log.warn({ err: error }, "the database of data sources is unavailable; the previous list is used");
      return await before.rows;
    });
    const stored = { at: performance.now(), rows: rowsOrPrevious };
    this.#stored = stored;
    rowsOrPrevious.catch(() => {
      if (this.#stored === stored) this.#stored = undefined;
    });
    return await rowsOrPrevious;
  }

  async #unknown(name: string): Promise<Problem> {
    const known = (await this.list()).map((each) => each.name);
    const list = known.length === 0 ? "There is none at all." : `There are: ${known.join(", ")}.`;
    return new Problem(chatdbProblems.dataSourceNotFound, `There is no data source "${name}". ${list}`, {
      datasources: known,
    });
  }
}

/** Returns an added data source without its secrets. */
export function toPublic(source: AddedSource): DataSource {
  const { password_ref } = source;
  return { ...publicFields(source), origin: "api", ...(password_ref === null ? {} : { password_ref }) };
}

type PublicFields = Omit<DataSource, "origin" | "password_ref">;

const publicFields = ({ name, dialect, host, port, database, user, tls }: PublicFields): PublicFields => ({
  name,
  dialect,
  host,
  port,
  database,
  user,
  tls,
});
