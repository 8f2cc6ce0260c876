import { setTimeout as delay } from "node:timers/promises";
import { compatibilityPartitioner, findErrorBy, ProduceAcks, Producer, stringSerializers, type MessageToProduce } from "@platformatic/kafka";
import { toJson, type OutgoingEvent } from "./event-bus.ts";
import type { KafkaOptions } from "./kafka-event-bus.ts";

type TextMessage = MessageToProduce<string, string, string, string>;

/**
 * Milliseconds in which a publish has to succeed. A broker that died is noticed after 9 s (`broker.session.timeout.ms`),
 * one whose node lost its power by requests that get no answer; then other brokers take over.
 */
const limitMs = 60_000;
const firstPauseMs = 100;
const longestPauseMs = 1000;

/** Sends events, each again until all in-sync replicas have it. */
export class KafkaPublisher {
  readonly #producer: Producer<string, string, string, string>;
  readonly #log: KafkaOptions["log"];

  constructor({ clientId, connection, log }: KafkaOptions) {
    this.#log = log;
    this.#producer = new Producer({
      ...connection,
      clientId,
      serializers: stringSerializers,
      // As Java's clients choose it, so that other producers of a key share its partition and its order.
      partitioner: compatibilityPartitioner,
      connectTimeout: 3000,
      // How long a leader may wait for its followers: longer than it takes to notice that one of them is gone.
      timeout: 12_000,
      requestTimeout: 15_000,
      // Repeated here, with metadata that is fresh each time.
      retries: 0,
    });
  }

  /**
   * Resolves when all in-sync replicas have the events. Each key is sent by itself: where one leader fails, what the
   * others have taken is not sent again. An event whose acknowledgement got lost is there twice.
   * @throws TypeError for what is not JSON, before anything is sent; else the last failure, after a minute or when repetition cannot help
   */
  async publish(topic: string, events: OutgoingEvent[]): Promise<void> {
    const messages = events.map(({ key, value }): TextMessage => ({ topic, key, value: toJson(topic, value) }));
    const outcomes = await Promise.allSettled([...Map.groupBy(messages, ({ key }) => key).values()].map((ofOneKey) => this.#send(topic, ofOneKey)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** Rejects when no broker answers. */
  async ping(): Promise<void> {
    await this.#producer.metadata({ topics: [], forceUpdate: true });
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  async #send(topic: string, messages: TextMessage[]): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (let attempt = 0; ; attempt++) {
      try {
        if (attempt > 0) await this.#producer.metadata({ topics: [topic], forceUpdate: true });
        // Said at every send: the producer's own option of this name is not read.
        await this.#producer.send({ messages, acks: ProduceAcks.ALL });
        return;
      } catch (err) {
        const pauseMs = Math.min(firstPauseMs * 2 ** attempt, longestPauseMs);
        if (!mayPass(err) || performance.now() + pauseMs > deadline) throw err;
        if (attempt === 0) this.#log.warn({ err, topic }, "publishing failed, will be retried");
        await delay(pauseMs);
      }
    }
  }
}

/** The client marks what repetition cannot help: a missing right, a topic that there is not, a message too large. */
function mayPass(error: unknown): boolean {
  return error instanceof Error && "code" in error && findErrorBy(error, "canRetry", false) === null;
}
