import { setTimeout as delay } from "node:timers/promises";
import type { GroupAssignment } from "@platformatic/kafka";
import type { IncomingEvent, Subscription } from "./event-bus.ts";
import type { KafkaOptions } from "./kafka-connection.ts";
import { keepMembership, type TextMessage, type TextStream } from "./kafka-membership.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import type { Logger } from "./log.ts";
import { PartitionProgress } from "./partition-progress.ts";

interface Received {
  message: TextMessage;
  /** Progress of the partition at arrival. Another member may own the partition when the message is handled. */
  progress: PartitionProgress<TextMessage>;
}

/** The largest number of unhandled messages; with more, reading pauses. */
const maxPending = 500;

/** Milliseconds that running handlers have at a close; another member repeats what they have not finished. */
const closingGraceMs = 20_000;

/** Passes a group's messages to a subscription's handler and commits handled ones. */
export class KafkaSubscriber {
  /** Resolves when the group was joined for the first time. */
  readonly joined: Promise<void>;
  readonly #log: Logger;
  readonly #queue: KeyedQueue<Received>;
  readonly #partitions = new Map<string, PartitionProgress<TextMessage>>();
  readonly #commits = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #membership: Promise<void>;
  #stream: TextStream | undefined;

  constructor(options: KafkaOptions, subscription: Subscription) {
    const { group, topics, concurrency = 1 } = subscription;
    this.#log = options.log.child({ group });
    this.#queue = new KeyedQueue<Received>({
      keyOf: ({ message: { topic, partition, key } }) =>
        JSON.stringify(key === undefined ? [topic, partition] : [topic, null, key]),
      onDone: (received) => this.#handled(received),
      onFailure: (err, { message }, pauseMs) =>
        this.#log.warn({ err, ...whereIs(message), pauseMs }, "event failed, will be retried"),
    });
    this.#queue.addWorker({
      concurrency,
      accepts: () => true,
      handle: async (received) => {
        if (this.#isOurs(received)) await this.#hand(received.message, subscription);
      },
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.joined = promise;
    this.#membership = keepMembership({
      ...options,
      group,
      topics,
      signal: this.#closing.signal,
      onAssigned: (assignments) => this.#forgetAllBut(assignments),
      onStream: (stream) => {
        this.#read(stream);
        resolve();
      },
    });
    // Also resolves after a close before the first join.
    void this.#membership.then(resolve);
  }

  async close(): Promise<void> {
    this.#stream?.pause();
    this.#stream = undefined;
    await Promise.race([this.#queue.close(), delay(closingGraceMs, undefined, { ref: false })]);
    await Promise.all(this.#commits);
    this.#closing.abort();
    await this.#membership;
  }

  #read(stream: TextStream): void {
    this.#stream = stream;
    stream.on("error", (err) => this.#log.warn({ err }, "reading failed"));
    stream.on("data", (message: TextMessage) => {
      this.#receive(message);
      if (this.#queue.size >= maxPending) stream.pause();
    });
  }

  #receive(message: TextMessage): void {
    const progress = this.#progressOf(message);
    const state = progress.receive(message);
    if (state === "pending") return;
    if (state === "handled") {
      this.#commit(message);
      return;
    }
    this.#queue.push({ message, progress });
  }

  async #hand(message: TextMessage, subscription: Subscription): Promise<void> {
    const { topic, key = "" } = message;
    // A message without a value, which no service sends, counts as null.
    const text = (message.value as string | undefined) ?? "null";
    let event: IncomingEvent;
    try {
      event = { topic, key, value: JSON.parse(text) as unknown };
    } catch (err) {
      if (subscription.onUnreadable)
        await subscription.onUnreadable({ topic, key, value: text }, (err as Error).message);
      else this.#log.error({ err, ...whereIs(message) }, "skipped a message that is not JSON");
      return;
    }
    await subscription.handle(event);
  }

  #handled(received: Received): void {
    const last = received.progress.done(received.message);
    if (last && this.#isOurs(received)) this.#commit(last);
    if (this.#stream?.isPaused() && this.#queue.size < maxPending / 2) this.#stream.resume();
  }

  #commit(message: TextMessage): void {
    const commit = Promise.resolve(message.commit())
      // The message comes again after the next rebalance or connection, and is committed then.
      .catch((err: unknown) => this.#log.warn({ err, ...whereIs(message) }, "could not commit"))
      .finally(() => this.#commits.delete(commit));
    this.#commits.add(commit);
  }

  #progressOf({ topic, partition }: TextMessage): PartitionProgress<TextMessage> {
    const name = nameOf(topic, partition);
    const progress = this.#partitions.get(name) ?? new PartitionProgress<TextMessage>();
    this.#partitions.set(name, progress);
    return progress;
  }

  /** Whether this member has owned the partition ever since the message arrived. */
  #isOurs({ message, progress }: Received): boolean {
    return this.#partitions.get(nameOf(message.topic, message.partition)) === progress;
  }

  #forgetAllBut(assignments: GroupAssignment[]): void {
    const ours = new Set(
      assignments.flatMap(({ topic, partitions }) => partitions.map((partition) => nameOf(topic, partition))),
    );
    for (const name of this.#partitions.keys()) {
      if (!ours.has(name)) this.#partitions.delete(name);
    }
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function whereIs({ topic, partition, offset, key }: TextMessage): Record<string, unknown> {
  return { topic, partition, offset: offset.toString(), key };
}
