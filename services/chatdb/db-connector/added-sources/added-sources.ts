import { defaultTls, type ChangedDataSource, type NewDataSource } from "@chatdb/contracts/data-sources.ts";
import { migrate } from "@platform/kit/database.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { sql, type Kysely, type Selectable } from "kysely";
import { defaultPorts } from "../data-source-settings.ts";
import { decryptPassword, encryptPassword, type Keys } from "./password-encryption.ts";
import { migrations } from "./migrations.ts";
import type { DataSourceTables } from "./tables.ts";

/** The stored row of a data source that was added at run time. */
export type AddedSource = Selectable<DataSourceTables["data_sources"]>;

/** Stores the data sources added at run time in PostgreSQL, for all replicas, with encrypted passwords. */
export class AddedSources {
  readonly #db: Kysely<DataSourceTables>;
  readonly #keys: Keys;

  private constructor(db: Kysely<DataSourceTables>, keys: Keys) {
    this.#db = db;
    this.#keys = keys;
  }

  /** Migrates the tables and encrypts every password under the first key. */
  static async open(db: Kysely<DataSourceTables>, keys: Keys): Promise<AddedSources> {
    await migrate(db, migrations);
    const sources = new AddedSources(db, keys);
    await sources.#reencrypt();
    return sources;
  }

  list(): Promise<AddedSource[]> {
    return this.#db.selectFrom("data_sources").selectAll().orderBy("name").execute();
  }

  /** @throws Problem 409 if the name is taken */
  async add({ name, ...source }: NewDataSource): Promise<AddedSource> {
    const row = { name, ...this.#row(name, source) };
    const added = await this.#db
      .insertInto("data_sources")
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!added)
      throw new Problem(
        chatdbProblems.dataSourceExists,
        `There is a data source "${name}" already. Change it with PUT, or choose another name.`,
      );
    return added;
  }

  /** @returns undefined for an unknown name. @throws Problem 400 if the change needs the password again */
  change(name: string, change: ChangedDataSource): Promise<AddedSource | undefined> {
    return this.#db.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom("data_sources")
        .selectAll()
        .where("name", "=", name)
        .forUpdate()
        .executeTakeFirst();
      if (!known) return undefined;
      const row = {
        ...this.#row(name, change),
        ...(change.password === undefined && change.password_ref === undefined
          ? this.#keepPassword(known, change)
          : {}),
      };
      const changed = { ...row, revision: sql<string>`gen_random_uuid()`, changed_at: sql<Date>`now()` };
      return await transaction
        .updateTable("data_sources")
        .set(changed)
        .where("name", "=", name)
        .returningAll()
        .executeTakeFirstOrThrow();
    });
  }

  /** @returns whether a data source of that name existed */
  async remove(name: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.deleteFrom("data_sources").where("name", "=", name).executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Returns the stored password, or an empty text if none is stored. @throws Problem 503 when no key decrypts it */
  passwordOf(source: AddedSource): string {
    const { key_id, password } = source;
    return key_id === null || password === null
      ? ""
      : decryptPassword(this.#keys, { key_id, password }, passwordContext(source));
  }

  #row(name: string, { password, password_ref, ...source }: ChangedDataSource) {
    const row = {
      ...source,
      port: source.port ?? defaultPorts[source.dialect],
      tls: source.tls ?? defaultTls(source.host),
      password_ref: password_ref ?? null,
    };
    const encrypted: Pick<AddedSource, "password" | "key_id"> =
      password === undefined
        ? { password: null, key_id: null }
        : encryptPassword(this.#keys, password, passwordContext({ name, ...row }));
    return { ...row, ...encrypted };
  }

  /**
   * Keeps the stored password only while server, user and TLS stay the same. Otherwise somebody who may change a data
   * source could have its password sent to a server of their own.
   */
  #keepPassword(
    known: AddedSource,
    change: ChangedDataSource,
  ): Pick<AddedSource, "password" | "key_id" | "password_ref"> {
    const { password, key_id, password_ref } = known;
    const place = passwordContext({ ...known, ...change, port: change.port ?? defaultPorts[change.dialect] });
    const secret = password !== null || password_ref !== null;
    if (secret && (place !== passwordContext(known) || (change.tls ?? defaultTls(change.host)) !== known.tls)) {
      throw new Problem(
        chatdbProblems.dataSourcePasswordRequired,
        "The password was given for another place, user or tls: give password or password_ref again.",
      );
    }
    return { password, key_id, password_ref };
  }

  /** Encrypts every password under the current key. Replicas without that key keep their connections. */
  async #reencrypt(): Promise<void> {
    const [current] = this.#keys.keys();
    for (const source of await this.list()) {
      if (source.key_id === null || source.key_id === current || !this.#keys.has(source.key_id)) continue;
      const encrypted = encryptPassword(this.#keys, this.passwordOf(source), passwordContext(source));
      await this.#db
        .updateTable("data_sources")
        .set(encrypted)
        .where("name", "=", source.name)
        .where("revision", "=", source.revision)
        .execute();
    }
  }
}

/** Returns the context that a password is bound to: name, server and user. */
function passwordContext({
  name,
  dialect,
  host,
  port,
  database,
  user,
}: Pick<AddedSource, "name" | "dialect" | "host" | "port" | "database" | "user">): string {
  return JSON.stringify([name, dialect, host, port, database, user]);
}
