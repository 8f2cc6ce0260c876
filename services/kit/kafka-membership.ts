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
  /** Called after each rebalance with the partitions that are ours now, before any of their messages. */
  onAssigned(assignments: GroupAssignment[]): void;
  /** Called on each connection with its messages, from what is committed, or from the oldest message in a new group. */
  onStream(stream: TextStream): void;
  /** Ends the membership. */
  signal: AbortSignal;
}

const backOff: BackOff = { pauseMs: 250, maxPauseMs: 10_000 };

/** Milliseconds without a heartbeat after which the broker gives a member's partitions to others: so long does one that died hold them. */
const sessionMs = 10_000;

/** Milliseconds that saying good-bye may take: a broker that does not answer is to keep nobody from joining at another. */
const leavingMs = 3000;

/**
 * Is a member of a consumer group until `signal` aborts, and joins again, with pauses that grow, whenever the connection
 * fails. Heartbeats are sent by a timer, whatever the handlers of messages do: a handler may take hours, as long as it
 * does not keep the event loop busy for ten seconds: what computes belongs into a worker thread. Who does, loses the partitions
 * and joins again; what was being handled is then handled twice.
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
 * Leaves the group, then disconnects. Closing alone would not do: until its last request is answered the client would go on
 * to join, as a member that reads nothing and yet gets partitions.
 */
async function leave(consumer: Consumer<string, string, string, string>): Promise<void> {
  // Whatever comes of it: a broker that was not told waits for the session to end.
  const left = new Promise<void>((resolve) => consumer.leaveGroup(true, () => resolve()));
  await Promise.race([left, delay(leavingMs, undefined, { ref: false })]);
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
    // A coordinator that is silent for so long has forgotten us, or is dead itself.
    heartbeatStallTimeout: sessionMs,
    // Members come when their next heartbeat tells them to; one that died is waited for until its session ends.
    rebalanceTimeout: 1.5 * sessionMs,
    connectTimeout: 3000,
    // A request to join is answered when all members have come.
    requestTimeout: 2 * sessionMs,
    // How long a fetch, and so a close, waits when there are no messages.
    maxWaitTime: 1000,
  });
}
