import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { ArtifactsCollected } from "@chatdb/contracts/models.ts";
import type { ObjectStore, Stored } from "@platform/kit/object-store.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { sql, type Kysely } from "kysely";
import type { RegistryTables } from "./schema.ts";

export interface ArtifactStoreOptions {
  db: Kysely<RegistryTables>;
  objects: ObjectStore;
  bucket: string;
  /** Seconds that bytes stay which no version names: from the upload to the registration may take as long. */
  graceS: number;
}

/**
 * The bytes of models, each upload under a key of its own. Rows and objects cannot change together, so each step leaves what the next
 * one mends, wherever the process dies:
 *
 * 1. a row opens the upload, 2. the object comes, 3. `stored_at` makes the row one that a version may name, 4. a version names it.
 * Died before 4: nobody names the object; it is collected once it has grown old.
 * Collecting first deletes the row, which no version names and thus none ever will, and then removes the object.
 * Died in between: the object has no row, and the next collection removes it. A removal that arrives late hits nothing else, since a
 * new upload of the same bytes has another key.
 */
export interface ArtifactStore {
  /** Stores bytes by `upload`, under the key that it is given. */
  put(
    name: string,
    sha256: string,
    upload: (put: (body: Readable) => Promise<Stored>) => Promise<Stored>,
  ): Promise<Stored>;
  get(key: string): Promise<Readable | undefined>;
  has: (key: string) => Promise<boolean>;
  /**
   * Removes what no version names and is older than the grace period, or than `youngestS` seconds: then uploads that are under way have to
   * be repeated. Several collections at once do no harm.
   */
  collect(youngestS?: number): Promise<ArtifactsCollected>;
}

export function createArtifactStore({ db, objects, bucket, graceS }: ArtifactStoreOptions): ArtifactStore {
  return {
    async put(name, sha256, upload) {
      // Not a folder of the key: an object store may list only one of "a" and "a/b".
      const key = `${name}/${sha256}.${randomUUID()}`;
      await db
        .insertInto("artifacts")
        .values({ key, model_name: name, sha256, bytes: null, stored_at: null })
        .execute();
      const stored = await upload((body) => objects.put(bucket, key, body));
      const row = await db
        .updateTable("artifacts")
        .set({ bytes: stored.bytes, stored_at: sql<Date>`now()` })
        .where("key", "=", key)
        .returning("key")
        .executeTakeFirst();
      if (!row)
        throw new Problem(
          chatdbProblems.uploadInterrupted,
          `The upload took so long that it counted as broken off. Put the bytes again.`,
        );
      return stored;
    },

    get: (key) => objects.get(bucket, key),
    has: async (key) => (await objects.head(bucket, key)) !== undefined,

    async collect(youngestS = graceS) {
      const cutoff = Date.now() - youngestS * 1000;
      // Objects before rows: an object in this list whose row is not there later has lost it, for its row came first.
      const listed = await objects.list(bucket);
      await condemn(db, sql<Date>`now() - make_interval(secs => ${youngestS})`);
      const rows = await db.selectFrom("artifacts").select("key").execute();
      const named = new Set(rows.map(({ key }) => key));
      const orphans = listed.filter(({ key, modified }) => !named.has(key) && modified.getTime() <= cutoff);
      for (const { key } of orphans) await objects.remove(bucket, key);
      return { removed: orphans.map(({ key }) => key), bytes: orphans.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
  };
}

const namedByNone = sql<boolean>`not exists (select from model_versions where artifact_key = artifacts.key)`;

/** Deletes the rows that are old and that no version names. */
async function condemn(db: Kysely<RegistryTables>, old: ReturnType<typeof sql<Date>>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const unnamed = await transaction
      .selectFrom("artifacts")
      .select("key")
      .where((where) => where.fn.coalesce("stored_at", "opened_at"), "<=", old)
      .where(namedByNone)
      .forUpdate()
      // One that a registration holds is about to be named.
      .skipLocked()
      .execute();
    if (unnamed.length === 0) return;
    // Looked at again: a registration may have ended between the look and the lock.
    await transaction
      .deleteFrom("artifacts")
      .where(sql<boolean>`key = any(${unnamed.map(({ key }) => key)})`)
      .where(namedByNone)
      .execute();
  });
}
