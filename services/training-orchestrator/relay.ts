import { setTimeout as delay } from "node:timers/promises";
import type { EventBus } from "@chatdb/kit/event-bus.ts";
import type { Logger } from "@chatdb/kit/log.ts";
import type { Kysely } from "kysely";
import type { OrchestratorTables } from "./schema.ts";

export interface Relay {
  /** Looks into the outbox at once: something was put there. */
  wake(): void;
  /** Finishes what is under way, then stops. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  db: Kysely<OrchestratorTables>;
  bus: EventBus;
  log: Logger;
  /** Between two looks where nobody wakes it: for what another replica left behind. Milliseconds, default 1000. */
  pollMs?: number;
}

/** Events published at a time. */
const batch = 100;

/** Carries events from the outbox to Kafka until stopped. While the database or Kafka is away it waits, and loses nothing. */
export function startRelay({ db, bus, log, pollMs = 1000 }: RelayOptions): Relay {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      woken = Promise.withResolvers();
      try {
        while ((await relayBatch(db, bus)) === batch) if (stopping.signal.aborted) return;
      } catch (error) {
        log.warn({ err: error, retryInMs: pollMs }, "the outbox could not be relayed, will be retried");
      }
      const pause = new AbortController();
      const signal = AbortSignal.any([stopping.signal, pause.signal]);
      await Promise.race([woken.promise, delay(pollMs, undefined, { signal }).catch(() => undefined)]);
      pause.abort();
    }
  }

  const running = run();
  return {
    wake: () => woken.resolve(),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/**
 * Publishes the oldest events and takes them off the outbox once Kafka has acknowledged them. A crash in between publishes
 * them again: at least once. Rows that another replica is relaying are skipped. Returns how many there were.
 */
export async function relayBatch(db: Kysely<OrchestratorTables>, bus: EventBus): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const rows = await transaction.selectFrom("outbox").selectAll().orderBy("id").limit(batch).forUpdate().skipLocked().execute();
    if (rows.length === 0) return 0;
    const byTopic = Map.groupBy(rows, ({ topic }) => topic);
    await Promise.all([...byTopic].map(([topic, events]) => bus.publish(topic, events.map(({ key, value }) => ({ key, value })))));
    await transaction.deleteFrom("outbox").where("id", "in", rows.map(({ id }) => id)).execute();
    return rows.length;
  });
}
