import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Consumer, MessagesStreamFallbackModes, MessagesStreamModes, stringDeserializers, type GroupAssignment, type Message, type MessagesStream } from "@platformatic/kafka";
import type { KafkaOptions } from "./kafka-event-bus.ts";

export type TextMessage = Message<string, string, string, string>;
export type TextStream = MessagesStream<string, string, string, string>;

export interface MembershipOptions extends KafkaOptions {
  group: string;
  topics: string[];
  /** Called after each rebalance with the partitions that are ours now, before any of their messages. */
  onAssigned(assignments: GroupAssignment[]): void;
  /** Called on each connection with its messages, from what is committed, or from the oldest message in a new group. */
  onStream(stream: TextStream): void;
  /** Ends the membership. */
  signal: AbortSignal;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Is a member of a consumer group until `signal` aborts, and joins again, with pauses that grow, whenever the connection
 * fails. Heartbeats are sent by a timer, whatever the handlers of messages do: a handler may take hours, as long as it
 * does not keep the event loop busy for the session timeout of 30 s.
 */
export async function keepMembership(options: MembershipOptions): Promise<void> {
  const { signal, group, log } = options;
  const ended = once(signal, "abort");
  let failures = 0;
  while (!signal.aborted) {
    try {
      await beMember(options, ended, () => (failures = 0));
    } catch (err) {
      if (signal.aborted) return;
      const pauseMs = Math.min(firstPauseMs * 2 ** failures++, longestPauseMs);
      log.warn({ err, group, pauseMs }, "no connection to Kafka, will try again");
      await Promise.race([delay(pauseMs, undefined, { ref: false }), ended]);
    }
  }
}

/** Resolves when `ended` does, rejects when the connection fails. */
async function beMember(options: MembershipOptions, ended: Promise<unknown>, onJoined: () => void): Promise<void> {
  const { group, topics } = options;
  const consumer = createConsumer(options);
  const lost = new Promise<never>((_resolve, reject) => {
    consumer.on("error", reject);
    consumer.on("consumer:heartbeat:stalled", ({ lastError }) => reject(new Error("The broker takes no heartbeats.", { cause: lastError })));
  });
  consumer.on("consumer:group:join", ({ assignments }) => options.onAssigned(assignments ?? []));
  const consume = async () => {
    const stream = await consumer.consume({ topics, mode: MessagesStreamModes.COMMITTED, fallbackMode: MessagesStreamFallbackModes.EARLIEST });
    options.log.info({ group, topics, member: consumer.memberId }, "member of the group");
    onJoined();
    const closed = once(stream, "close");
    options.onStream(stream);
    await closed;
    throw new Error("The stream of messages ended.");
  };
  try {
    await Promise.race([consume(), lost, ended]);
  } finally {
    await consumer.close(true);
  }
}

function createConsumer({ clientId, connection, group }: MembershipOptions): Consumer<string, string, string, string> {
  return new Consumer({
    ...connection,
    clientId,
    groupId: group,
    deserializers: stringDeserializers,
    autocommit: false,
    sessionTimeout: 30_000,
    rebalanceTimeout: 60_000,
    heartbeatInterval: 3000,
    heartbeatStallTimeout: 30_000,
    // How long a fetch, and so a close, waits when there are no messages.
    maxWaitTime: 1000,
  });
}
