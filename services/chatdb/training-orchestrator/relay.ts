import type { EventBus } from "@platform/kit/event-bus.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { Kysely } from "kysely";
import { startLoop, type Loop } from "./loop.ts";
import type { OrchestratorTables } from "./schema.ts";

export interface RelayOptions {
  db: Kysely<OrchestratorTables>;
  bus: EventBus;
  log: Logger;
  /** Between two looks where nobody wakes it. Milliseconds, default 1000. */
  pollMs?: number | undefined;
}

/** Events published at a time. */
const batch = 100;

/** Carries events from the outbox to Kafka until stopped. While the database or Kafka is away it waits, and loses nothing. */
export function startRelay({ db, bus, log, pollMs = 1000 }: RelayOptions): Loop {
  return startLoop({
    pollMs,
    act: async () => (await relayBatch(db, bus)) === batch,
    onFailure: (err, retryInMs) => log.warn({ err, retryInMs }, "the outbox could not be relayed, will be retried"),
  });
}

/**
 * Publishes the oldest events and takes them off the outbox once Kafka has acknowledged them. A crash in between publishes
 * them again: at least once. Rows that another replica is relaying are skipped. Returns how many there were.
 * @throws AggregateError of the topics that failed, whose events stay; the others' are gone
 */
export async function relayBatch(db: Kysely<OrchestratorTables>, bus: EventBus): Promise<number> {
  const { count, failures } = await db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom("outbox")
      .selectAll()
      .orderBy("id")
      .limit(batch)
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
