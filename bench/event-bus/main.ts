import { Admin } from "@platformatic/kafka";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { createKafkaEventBus } from "@platform/kit/kafka-event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { tryKafka } from "../../tests/services/support/kafka.ts";
import type { Figure } from "../figures.ts";

const log = createLogger("bench", "silent");

/** The batch of the orchestrator's relay; each event has a key of its own, like jobs. */
const batch = 100;
const messages = 60_000;
const warmUp = 5000;
const topic = "bench";

/** Measures the bus in memory, and a broker on this machine with acks=all and one replica. */
export async function eventBusFigures(): Promise<Figure[]> {
  const figures = await figuresOf("in memory", createMemoryEventBus());
  const broker = await tryKafka();
  if (typeof broker === "string") {
    process.stderr.write(`Kafka is left out: ${broker}\n`);
    return figures;
  }
  try {
    const admin = new Admin({ clientId: "bench", bootstrapBrokers: [broker.bootstrap] });
    await admin.createTopics({ topics: [topic], partitions: 12, replicas: 1 });
    await admin.close();
    const bus = createKafkaEventBus({ clientId: "bench", connection: { bootstrapBrokers: [broker.bootstrap] }, log });
    return [...figures, ...(await figuresOf("Kafka, acks=all", bus))];
  } finally {
    await broker.close();
  }
}

async function figuresOf(name: string, bus: EventBus): Promise<Figure[]> {
  let handled = 0;
  const all = Promise.withResolvers<void>();
  await bus.subscribe({
    group: topic,
    topics: [topic],
    concurrency: 64,
    handle: () => {
      if (++handled === warmUp + messages) all.resolve();
      return Promise.resolve();
    },
  });
  await publish(bus, warmUp, "warm");
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await publish(bus, messages, "job");
  const published = performance.now() - started;
  await all.promise;
  const through = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  await bus.close();
  return [
    {
      what: `${name}: published and acknowledged`,
      value: (messages / published) * 1000,
      unit: "a second",
      goal: { atLeast: 10_000 },
    },
    {
      what: `${name}: published and handled`,
      value: (messages / through) * 1000,
      unit: "a second",
      goal: { atLeast: 10_000 },
    },
    { what: `${name}: CPU of this process`, value: (user + system) / messages, unit: "us a message" },
  ];
}

/** Publishes four batches at a time, like several replicas of a service. */
async function publish(bus: EventBus, count: number, prefix: string): Promise<void> {
  let next = 0;
  const publisher = async () => {
    while (next < count) {
      const from = next;
      next += batch;
      await bus.publish(
        topic,
        Array.from({ length: batch }, (_, index) => ({
          key: `${prefix}-${from + index}`,
          value: {
            job_id: `${prefix}-${from + index}`,
            model_name: "m",
            dataset_location: "s3://datasets/x.csv",
            parameters: {},
          },
        })),
      );
    }
  };
  await Promise.all(Array.from({ length: 4 }, publisher));
}
