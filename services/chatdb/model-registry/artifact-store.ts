import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { ArtifactsCollected } from "@chatdb/contracts/models.ts";
import type { ObjectStore, Stored } from "@platform/kit/object-store.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { sql, type Kysely } from "kysely";
import type { RegistryTables } from "./tables.ts";

export interface ArtifactStoreOptions {
  db: Kysely<RegistryTables>;
  objects: ObjectStore;
  bucket: string;
  /** Time for which unreferenced bytes are kept, seconds: upload and registration must not take longer. */
  graceS: number;
}

/**
 * Stores the bytes of models, each upload under a key of its own. Rows and objects cannot change atomically, so the
 * steps are ordered such that a crash leaves at most garbage:
 *
 * 1. insert a row, 2. upload the object, 3. set `stored_at`, after which a version may reference it, 4. register a version.
 * After a crash before step 4 the object is unreferenced, and is collected once it is old.
 * A collection deletes the rows of unreferenced objects, after which no version can reference them, and then removes
 * the objects. After a crash in between the object has no row, and the next collection removes it. A late removal hits
 * nothing else, since a new upload of the same bytes has another key.
 */
export interface ArtifactStore {
  /** Stores bytes by `upload` under a new key. */
  put(
    name: string,
    sha256: string,
    upload: (put: (body: Readable) => Promise<Stored>) => Promise<Stored>,
  ): Promise<Stored>;
  get(key: string): Promise<Readable | undefined>;
  has: (key: string) => Promise<boolean>;
  /**
   * Removes unreferenced objects that are older than `minAgeS` seconds, by default the grace period. A shorter time may
   * remove running uploads, which clients then have to repeat. Concurrent collections are harmless.
   */
  collect(minAgeS?: number): Promise<ArtifactsCollected>;
}

export function createArtifactStore({ db, objects, bucket, graceS }: ArtifactStoreOptions): ArtifactStore {
  return {
    async put(name, sha256, upload) {
      // No folder named like a key: an object store may list only one of "a" and "a/b".
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
          `The upload took longer than the grace period and was removed. Put the bytes again.`,
        );
      return stored;
    },

    get: (key) => objects.get(bucket, key),
    has: async (key) => (await objects.head(bucket, key)) !== undefined,

    async collect(minAgeS = graceS) {
      const cutoff = Date.now() - minAgeS * 1000;
      // Objects are listed before rows: a listed object without a row has lost it, since rows come first.
      const listed = await objects.list(bucket);
      await deleteOldRows(db, sql<Date>`now() - make_interval(secs => ${minAgeS})`);
      const rows = await db.selectFrom("artifacts").select("key").execute();
      const referenced = new Set(rows.map(({ key }) => key));
      const orphans = listed.filter(({ key, modified }) => !referenced.has(key) && modified.getTime() <= cutoff);
      for (const { key } of orphans) await objects.remove(bucket, key);
      return { removed: orphans.map(({ key }) => key), bytes: orphans.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
  };
}

const isUnreferenced = sql<boolean>`not exists (select from model_versions where artifact_key = artifacts.key)`;

/** Deletes old rows that no version references. */
async function deleteOldRows(db: Kysely<RegistryTables>, old: ReturnType<typeof sql<Date>>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const candidates = await transaction
      .selectFrom("artifacts")
      .select("key")
      .where((where) => where.fn.coalesce("stored_at", "opened_at"), "<=", old)
      .where(isUnreferenced)
      .forUpdate()
      // A row that a registration has locked is about to be referenced.
      .skipLocked()
      .execute();
    if (candidates.length === 0) return;
    // Checked again: a registration may have ended between the query and the lock.
    await transaction
      .deleteFrom("artifacts")
      .where(sql<boolean>`key = any(${candidates.map(({ key }) => key)})`)
      .where(isUnreferenced)
      .execute();
  });
}
