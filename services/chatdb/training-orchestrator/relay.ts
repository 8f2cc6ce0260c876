import type { EventBus } from "@platform/kit/event-bus.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { Kysely } from "kysely";
import { startLoop, type Loop } from "@platform/kit/loop.ts";
import type { OrchestratorTables } from "./tables.ts";

export interface RelayOptions {
  db: Kysely<OrchestratorTables>;
  bus: EventBus;
  log: Logger;
  /** Time between two polls if nothing wakes it, milliseconds. Default 1000. */
  pollMs?: number | undefined;
}

/** Events published at once. */
const batchSize = 100;

/**
 * Publishes the events of the outbox to Kafka until stopped. It retries while the database or Kafka is unavailable, and
 * loses nothing.
 */
export function startRelay({ db, bus, log, pollMs = 1000 }: RelayOptions): Loop {
  return startLoop({
    pollMs,
    act: async () => (await relayBatch(db, bus)) === batchSize,
    onFailure: (err, retryInMs) => log.warn({ err, retryInMs }, "could not relay the outbox, will retry"),
  });
}

/**
 * Publishes the oldest events and deletes them from the outbox once Kafka has acknowledged them. A crash in between
 * publishes them again (at least once). It skips rows that another replica is relaying. Returns the number of events.
 * @throws AggregateError of the topics that failed, whose events stay in the outbox
 */
export async function relayBatch(db: Kysely<OrchestratorTables>, bus: EventBus): Promise<number> {
  const { count, failures } = await db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom("outbox")
      .selectAll()
      .orderBy("id")
      .limit(batchSize)
      .forUpdate()
      .skipLocked()
      .execute();
    const byTopic = [...Map.groupBy(rows, ({ topic }) => topic)];
    const outcomes = await Promise.allSettled(
      byTopic.map(([topic, events]) =>
        bus.publish(
          topic,
          events.map(({ key, value }) => ({ key, value })),
        ),
      ),
    );
    const published = byTopic
      .filter((_, index) => outcomes[index]!.status === "fulfilled")
      .flatMap(([, events]) => events.map(({ id }) => id));
    if (published.length > 0) await transaction.deleteFrom("outbox").where("id", "in", published).execute();
    return {
      count: rows.length,
      failures: outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason as unknown),
    };
  });
  if (failures.length > 0) throw new AggregateError(failures, "some events could not be published");
  return count;
}
