import type { ChangedDataSource, NewDataSource } from "@chatdb/contracts/data-sources.ts";
import { migrate } from "@platform/kit/database.ts";
import { Problem } from "@platform/kit/problem.ts";
import { sql, type Kysely, type Selectable } from "kysely";
import { defaultPorts } from "../data-source-settings.ts";
import { open, seal, type Keys } from "./password-encryption.ts";
import { migrations, type SourceTables } from "./tables.ts";

/** A data source that was added at run time, as it is on record. */
export type AddedSource = Selectable<SourceTables["data_sources"]>;

/** The data sources that were added at run time: on record in PostgreSQL, for all replicas, passwords encrypted. */
export class AddedSources {
  readonly #db: Kysely<SourceTables>;
  readonly #keys: Keys;

  private constructor(db: Kysely<SourceTables>, keys: Keys) {
    this.#db = db;
    this.#keys = keys;
  }

  /** Brings the tables up to date, and the passwords under the first of the keys. */
  static async open(db: Kysely<SourceTables>, keys: Keys): Promise<AddedSources> {
    await migrate(db, migrations);
    const sources = new AddedSources(db, keys);
    await sources.#encryptAnew();
    return sources;
  }

  list(): Promise<AddedSource[]> {
    return this.#db.selectFrom("data_sources").selectAll().orderBy("name").execute();
  }

  /** @throws Problem 409 when there is one of that name */
  async add({ name, ...source }: NewDataSource): Promise<AddedSource> {
    const row = { name, ...this.#row(name, source) };
    const added = await this.#db
      .insertInto("data_sources")
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!added)
      throw new Problem(409, `There is a data source "${name}" already. Change it with PUT, or choose another name.`);
    return added;
  }

  /** @throws Problem 400 when the password has to be told again; undefined when there is none of that name */
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
        ...(change.password === undefined && change.password_ref === undefined ? this.#kept(known, change) : {}),
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

  /** Whether there was one. */
  async remove(name: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.deleteFrom("data_sources").where("name", "=", name).executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** The password that is kept with it; empty where there is none. @throws Problem 503 when no key opens it */
  passwordOf(source: AddedSource): string {
    const { key_id, password } = source;
    return key_id === null || password === null ? "" : open(this.#keys, { key_id, password }, contextOf(source));
  }

  #row(name: string, { password, password_ref, ...source }: ChangedDataSource) {
    const row = { ...source, port: source.port ?? defaultPorts[source.dialect], password_ref: password_ref ?? null };
    const sealed: Pick<AddedSource, "password" | "key_id"> =
      password === undefined
        ? { password: null, key_id: null }
        : seal(this.#keys, password, contextOf({ name, ...row }));
    return { ...row, ...sealed };
  }

  /** A password goes to the place and the user that it was given for: whoever may change a data source could have it sent to themselves. */
  #kept(known: AddedSource, change: ChangedDataSource): Pick<AddedSource, "password" | "key_id" | "password_ref"> {
    const { password, key_id, password_ref } = known;
    const place = contextOf({ ...known, ...change, port: change.port ?? defaultPorts[change.dialect] });
    const secret = password !== null || password_ref !== null;
    if (secret && (place !== contextOf(known) || change.tls !== known.tls)) {
      throw new Problem(
        400,
        "The password was given for another place, user or tls: give password or password_ref again.",
      );
    }
    return { password, key_id, password_ref };
  }

  /** A replica that has not the new key yet still opens what it has read before. */
  async #encryptAnew(): Promise<void> {
    const [current] = this.#keys.keys();
    for (const source of await this.list()) {
      if (source.key_id === null || source.key_id === current || !this.#keys.has(source.key_id)) continue;
      const sealed = seal(this.#keys, this.passwordOf(source), contextOf(source));
      await this.#db
        .updateTable("data_sources")
        .set(sealed)
        .where("name", "=", source.name)
        .where("revision", "=", source.revision)
        .execute();
    }
  }
}

/** What a password is bound to. */
function contextOf({
  name,
  dialect,
  host,
  port,
  database,
  user,
}: Pick<AddedSource, "name" | "dialect" | "host" | "port" | "database" | "user">): string {
  return JSON.stringify([name, dialect, host, port, database, user]);
}
