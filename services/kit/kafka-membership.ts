import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import {
  Consumer,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  stringDeserializers,
  type GroupAssignment,
  type Message,
  type MessagesStream,
} from "@platformatic/kafka";
import type { KafkaOptions } from "./kafka-connection.ts";
import { pauseAfter, type BackOff } from "./retry.ts";

export type TextMessage = Message<string, string, string, string>;
export type TextStream = MessagesStream<string, string, string, string>;

export interface MembershipOptions extends KafkaOptions {
  group: string;
  topics: string[];
  /** Called after each rebalance with the assigned partitions, before any of their messages. */
  onAssigned(assignments: GroupAssignment[]): void;
  /**
   * Called on each connection with its messages, from the committed offset, or in a new group from the oldest message.
   */
  onStream(stream: TextStream): void;
  /** Ends the membership. */
  signal: AbortSignal;
}

const backOff: BackOff = { pauseMs: 250, maxPauseMs: 10_000 };

/** Milliseconds without a heartbeat after which the broker reassigns a member's partitions. */
const sessionMs = 10_000;

/** Milliseconds to wait for the broker when leaving; a silent broker must not delay joining at another. */
const leaveTimeoutMs = 3000;

/**
 * Stays a member of a consumer group until `signal` aborts, and joins again with growing pauses when the connection
 * fails. A timer sends heartbeats, so a handler may take hours if it does not block the event loop for ten seconds:
 * computation belongs into a worker thread. A blocked member loses its partitions, and its messages are handled twice.
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
      const pauseMs = pauseAfter(++failures, backOff);
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
    consumer.on("consumer:heartbeat:stalled", ({ lastError }) =>
      reject(new Error("The broker takes no heartbeats.", { cause: lastError })),
    );
  });
  consumer.on("consumer:group:join", ({ assignments }) => options.onAssigned(assignments ?? []));
  const consume = async () => {
    const stream = await consumer.consume({
      topics,
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
    });
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
    await leave(consumer);
  }
}

/**
 * Leaves the group, then disconnects. A mere close would let a pending join succeed, as a member that gets partitions
 * and reads nothing.
 */
async function leave(consumer: Consumer<string, string, string, string>): Promise<void> {
  // Failures do not matter: without a leave, the broker waits for the session to end.
  const left = new Promise<void>((resolve) => consumer.leaveGroup(true, () => resolve()));
  await Promise.race([left, delay(leaveTimeoutMs, undefined, { ref: false })]);
  await consumer.close(true);
}

function createConsumer({ clientId, connection, group }: MembershipOptions): Consumer<string, string, string, string> {
  return new Consumer({
    ...connection,
    clientId,
    groupId: group,
    deserializers: stringDeserializers,
    autocommit: false,
    sessionTimeout: sessionMs,
    heartbeatInterval: sessionMs / 5,
    // A coordinator that is silent for so long has dropped this member, or is dead.
    heartbeatStallTimeout: sessionMs,
    // Members rejoin at their next heartbeat; the broker waits for a dead one until its session ends.
    rebalanceTimeout: 1.5 * sessionMs,
    connectTimeout: 3000,
    // The broker answers a join request when all members have joined.
    requestTimeout: 2 * sessionMs,
    // Milliseconds that a fetch, and so a close, waits if there are no messages.
    maxWaitTime: 1000,
  });
}
