import { z } from "zod";
import type { EventBus, IncomingEvent } from "./event-bus.ts";
import type { Logger } from "./log.ts";

/** A message that no retry can handle, and why: the value of events on topics of dead letters. */
export const deadLetter = z.object({
  /** The topic that the message was on. */
  from: z.string(),
  key: z.string(),
  reason: z.string(),
  value: z.unknown().describe("The message's; text where it is no JSON, or was cut"),
  at: z.iso.datetime(),
});
export type DeadLetter = z.infer<typeof deadLetter>;

/** The largest number of characters of each part, so that a dead letter fits into a Kafka message of 1 MiB. */
const maxLength = { value: 100_000, reason: 2000, key: 1000 };

/** Makes a dead letter of a message. A value that is too long becomes text that is cut. */
export function deadLetterOf(
  { topic, key, value }: IncomingEvent,
  reason: string,
  at = new Date().toISOString(),
): DeadLetter {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const kept = text.length <= maxLength.value ? value : text.slice(0, maxLength.value);
  return { from: topic, key: key.slice(0, maxLength.key), reason: reason.slice(0, maxLength.reason), value: kept, at };
}

/** Logs a message that cannot be handled and publishes it on a topic of dead letters. */
export async function publishDeadLetter(
  { bus, topic, log }: { bus: EventBus; topic: string; log: Logger },
  event: IncomingEvent,
  reason: string,
): Promise<void> {
  const letter = deadLetterOf(event, reason);
  log.error({ letter }, "moved a message to the dead letters");
  await bus.publish(topic, [{ key: letter.key, value: letter }]);
}
