import type { ArtifactsCollected } from "@chatdb/contracts/models.ts";
import { startLoop } from "@platform/kit/loop.ts";
import type { Logger } from "@platform/kit/log.ts";
import { sql, type Kysely } from "kysely";
import type { ArtifactStore } from "./artifact-store.ts";

export interface GarbageCollectionOptions {
  // oxlint-disable-next-line typescript/no-explicit-any -- a lock needs no table
  db: Kysely<any>;
  artifacts: ArtifactStore;
  log: Logger;
  /** Time between two collections, milliseconds. Default one hour. */
  intervalMs?: number;
}

export interface GarbageCollection {
  /** Collects now; returns undefined if another replica is collecting. See {@link ArtifactStore.collect}. */
  run(minAgeS?: number): Promise<ArtifactsCollected | undefined>;
  /** Stops the schedule, and waits for a running collection. */
  stop(): Promise<void>;
}

/** Key of the advisory lock of the collecting replica; no other part of this database may use it. */
const lockKey = 4_116_201;

/** Removes unreferenced artifacts at intervals, in one replica at a time. */
export function startGarbageCollection({
  db,
  artifacts,
  log,
  intervalMs = 3_600_000,
}: GarbageCollectionOptions): GarbageCollection {
  const run = (minAgeS?: number) =>
    db.connection().execute(async (connection) => {
      const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${lockKey}) as locked`.execute(
        connection,
      );
      if (rows[0]?.locked !== true) return undefined;
      try {
        return await artifacts.collect(minAgeS);
      } finally {
        await sql`select pg_advisory_unlock(${lockKey})`.execute(connection);
      }
    });

  const loop = startLoop({
    act: async () => {
      const collected = await run();
      if (collected && collected.removed.length > 0)
        log.info({ objects: collected.removed.length, bytes: collected.bytes }, "removed unreferenced artifacts");
      return false;
    },
    onFailure: (err, retryInMs) => log.warn({ err, retryInMs }, "could not collect artifacts, will retry"),
    pollMs: intervalMs,
    delayFirst: true,
  });
  return { run, stop: () => loop.stop() };
}
