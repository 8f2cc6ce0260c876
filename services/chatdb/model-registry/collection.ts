import type { ArtifactsCollected } from "@chatdb/contracts/models.ts";
import type { Logger } from "@platform/kit/log.ts";
import { sql, type Kysely } from "kysely";
import type { ArtifactStore } from "./artifact-store.ts";

export interface CollectionOptions {
  // oxlint-disable-next-line typescript/no-explicit-any -- a lock needs no table
  db: Kysely<any>;
  artifacts: ArtifactStore;
  log: Logger;
  /** Milliseconds between two collections. Default one hour. */
  everyMs?: number;
}

export interface Collection {
  /** Collects now, unless a replica is at it: then undefined. */
  run(youngestS?: number): Promise<ArtifactsCollected | undefined>;
  /** Ends the repetition, and waits for a collection that is under way. */
  stop(): Promise<void>;
}

/** Of PostgreSQL's advisory locks, the one of whoever collects. The number means nothing else. */
const lockKey = 4_116_201;

/** Collects artifacts that nobody names, again and again, in one replica at a time. */
export function startCollection({ db, artifacts, log, everyMs = 3_600_000 }: CollectionOptions): Collection {
  const run = (youngestS?: number) =>
    db.connection().execute(async (connection) => {
      const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${lockKey}) as locked`.execute(
        connection,
      );
      if (rows[0]?.locked !== true) return undefined;
      try {
        return await artifacts.collect(youngestS);
      } finally {
        await sql`select pg_advisory_unlock(${lockKey})`.execute(connection);
      }
    });

  async function repeat(): Promise<void> {
    try {
      const collected = await run();
      if (collected && collected.removed.length > 0)
        log.info(
          { objects: collected.removed.length, bytes: collected.bytes },
          "removed artifacts that no version names",
        );
    } catch (error) {
      log.warn({ err: error, retryInMs: everyMs }, "artifacts could not be collected, will be retried");
    }
  }

  let under = Promise.resolve();
  const timer = setInterval(() => {
    under = under.then(repeat);
  }, everyMs);
  timer.unref();
  return {
    run,
    stop: () => {
      clearInterval(timer);
      return under;
    },
  };
}
