import { compatibilityPartitioner, ProduceAcks, Producer, stringSerializers } from "@platformatic/kafka";
import { toJson, type EventBus } from "./event-bus.ts";
import { KafkaSubscriber } from "./kafka-subscriber.ts";
import type { Logger } from "./log.ts";

export interface KafkaOptions {
  /** How this process is named in the brokers' logs and quotas. */
  clientId: string;
  /** Brokers to start from, as host:port. */
  bootstrapServers: string[];
  log: Logger;
}

/** Events through Kafka. Topics must exist: they are made with the number of partitions that their consumers need. */
export function createKafkaEventBus(options: KafkaOptions): EventBus {
  const producer = new Producer({
    clientId: options.clientId,
    bootstrapBrokers: options.bootstrapServers,
    serializers: stringSerializers,
    acks: ProduceAcks.ALL,
    // As Java's clients choose it, so that other producers of a key share its partition and its order.
    partitioner: compatibilityPartitioner,
    retries: 5,
    retryDelay: 300,
  });
  const subscribers: KafkaSubscriber[] = [];

  return {
    async publish(topic, events) {
      if (events.length === 0) return;
      await producer.send({ messages: events.map(({ key, value }) => ({ topic, key, value: toJson(topic, value) })) });
    },
    async subscribe(subscription) {
      const subscriber = new KafkaSubscriber(options, subscription);
      subscribers.push(subscriber);
      await subscriber.joined;
    },
    async ping() {
      await producer.metadata({ topics: [], forceUpdate: true, retries: 0 });
    },
    async close() {
      await Promise.all(subscribers.map((subscriber) => subscriber.close()));
      await producer.close();
    },
  };
}
