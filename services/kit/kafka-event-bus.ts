import type { EventBus } from "./event-bus.ts";
import type { KafkaOptions } from "./kafka-connection.ts";
import { KafkaPublisher } from "./kafka-publisher.ts";
import { KafkaSubscriber } from "./kafka-subscriber.ts";

/** Creates an event bus on Kafka. Topics must exist, with the partitions that their consumers need. */
export function createKafkaEventBus(options: KafkaOptions): EventBus {
  const publisher = new KafkaPublisher(options);
  const subscribers: KafkaSubscriber[] = [];

  return {
    publish: (topic, events) => publisher.publish(topic, events),
    async subscribe(subscription) {
      const subscriber = new KafkaSubscriber(options, subscription);
      subscribers.push(subscriber);
      await subscriber.joined;
    },
    ping: () => publisher.ping(),
    async close() {
      await Promise.all(subscribers.map((subscriber) => subscriber.close()));
      await publisher.close();
    },
  };
}
