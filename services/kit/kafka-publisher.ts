import {
  compatibilityPartitioner,
  findErrorBy,
  ProduceAcks,
  Producer,
  ResponseError,
  stringSerializers,
  type MessageToProduce,
  type ProduceResult,
  type produceV11,
} from "@platformatic/kafka";
import { toJson, type OutgoingEvent } from "./event-bus.ts";
import type { KafkaOptions } from "./kafka-connection.ts";
import { retry, type BackOff } from "./retry.ts";

type TextMessage = MessageToProduce<string, string, string, string>;

/**
 * Milliseconds in which a publish must succeed. Kafka notices a dead broker after 9 s (`broker.session.timeout.ms`),
 * the client notices a node without power by its request timeout; then other brokers take over.
 */
const limitMs = 60_000;
const backOff: BackOff = { pauseMs: 100, maxPauseMs: 1000 };

/** Sends events, and repeats each until all in-sync replicas have it. */
export class KafkaPublisher {
  readonly #producer: Producer<string, string, string, string>;
  readonly #log: KafkaOptions["log"];

  constructor({ clientId, connection, log }: KafkaOptions) {
    this.#log = log;
    this.#producer = new Producer({
      ...connection,
      clientId,
      serializers: stringSerializers,
      connectTimeout: 3000,
      // Milliseconds that a leader may wait for its followers: longer than it takes to notice a dead one.
      timeout: 12_000,
      requestTimeout: 15_000,
      // This class retries itself, with fresh metadata each time.
      retries: 0,
    });
  }

  /**
   * Resolves when all in-sync replicas have the events. One request goes to each broker; after a failure only
   * partitions without an acknowledgement are sent again. An event whose acknowledgement was lost is there twice.
   * @throws TypeError for values that are not JSON, before anything is sent; else the last failure, after a minute or when
   * a repetition cannot help
   */
  async publish(topic: string, events: OutgoingEvent[]): Promise<void> {
    await this.#send(
      topic,
      events.map(({ key, value }): TextMessage => ({ topic, key, value: toJson(topic, value) })),
    );
  }

  /** Rejects when no broker answers. */
  async ping(): Promise<void> {
    await this.#producer.metadata({ topics: [], forceUpdate: true });
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  async #send(topic: string, messages: TextMessage[]): Promise<void> {
    let missing = messages;
    let refresh = false;
    await retry(() => this.#sendOnce(topic, missing, refresh), {
      ...backOff,
      limitMs,
      isTransient: canRetry,
      onFailure: (err, failures) => {
        if (failures === 1) this.#log.warn({ err, topic }, "publishing failed, will be retried");
        const acknowledged = acknowledgedBesides(err);
        missing = missing.filter(({ partition }) => !acknowledged.has(partition!));
        refresh = true;
      },
    });
  }

  async #sendOnce(topic: string, messages: TextMessage[], forceUpdate: boolean): Promise<void> {
    if (messages.length === 0) return;
    const { topics } = await this.#producer.metadata({ topics: [topic], forceUpdate });
    const partitions = topics.get(topic)!.partitionsCount;
    // Java's clients choose the same partition, so other producers of a key share its partition and its order.
    for (const message of messages)
      message.partition = compatibilityPartitioner(message, Buffer.from(message.key!)) % partitions;
    // Each send needs both options, since the client ignores the producer's own options of these names. The client's
    // own repetition would send what the broker has acknowledged once more.
    await this.#producer.send({ messages, acks: ProduceAcks.ALL, repeatOnStaleMetadata: false });
  }
}

/** Returns the partitions that a failed send was acknowledged for, by brokers that accepted all or some of theirs. */
function acknowledgedBesides(error: unknown): Set<number> {
  const whole = (error as { produced?: ProduceResult }).produced?.offsets ?? [];
  return new Set([...whole.map(({ partition }) => partition), ...acknowledgedInPart(error)]);
}

/** Finds the acknowledged partitions in answers that refuse others; the client wraps such an answer in errors. */
function acknowledgedInPart(error: unknown): number[] {
  if (!(error instanceof AggregateError)) return [];
  if (!(error instanceof ResponseError)) return error.errors.flatMap(acknowledgedInPart);
  const { responses } = error.response as produceV11.ProduceResponse;
  return responses.flatMap(({ partitionResponses }) =>
    partitionResponses.filter(({ errorCode }) => errorCode === 0).map(({ index }) => index),
  );
}

/**
 * Kafka's client marks errors that a repetition cannot heal: a missing right, an unknown topic, a message too large.
 */
function canRetry(error: unknown): boolean {
  return error instanceof Error && "code" in error && findErrorBy(error, "canRetry", false) === null;
}
