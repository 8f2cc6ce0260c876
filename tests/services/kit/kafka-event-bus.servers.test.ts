import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import type { Subscription } from "@platform/kit/event-bus.ts";
import type { KafkaOptions } from "@platform/kit/kafka-connection.ts";
import { createKafkaEventBus } from "@platform/kit/kafka-event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { startKafka, type TestKafka } from "../support/kafka.ts";
import { itIsAnEventBus } from "./event-bus-contract.ts";
import { until } from "./until.ts";

describe("Kafka event bus", function () {
  this.timeout(180_000);
  let broker: TestKafka;
  let options: KafkaOptions;
  let admin: Admin;

  before(async function () {
    broker = await startKafka(this);
    options = {
      clientId: "kit-test",
      connection: { bootstrapBrokers: [broker.bootstrap] },
      log: createLogger("kit-test", process.env.LOG_LEVEL ?? "silent"),
    };
    admin = new Admin({ clientId: "kit-test", bootstrapBrokers: [broker.bootstrap] });
  });
  after(async () => {
    await admin?.close();
    await broker?.close();
  });

  const createTopic = async () => {
    const topic = `kit-test-${randomUUID()}`;
    await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
    return topic;
  };
  itIsAnEventBus({ connect: () => createKafkaEventBus(options), createTopic });

  it("sends each event once while the broker does not lead all partitions of a new topic yet", async () => {
    const bus = createKafkaEventBus(options);
    const partitions = Array.from({ length: 12 }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
    const events = Array.from({ length: 40 }, (_, value) => ({ key: `key ${value}`, value }));
    // Nearly each new topic meets a broker that accepts some partitions of a request and refuses others.
    for (let round = 0; round < 8; round++) {
      const topic = `kit-test-${randomUUID()}`;
      await admin.createTopics({ topics: [topic], partitions: partitions.length, replicas: 1 });
      await until("the broker knows the topic", () =>
        bus.publish(topic, events).then(
          () => true,
          () => false,
        ),
      );
      const [offsets] = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
      expect(offsets!.partitions.reduce((sum, { offset }) => sum + Number(offset), 0)).to.equal(events.length);
    }
    await bus.close();
  });

  const sendTexts = async (topic: string, texts: (string | undefined)[]) => {
    const producer = new Producer({
      clientId: "kit-test",
      bootstrapBrokers: [broker.bootstrap],
      serializers: stringSerializers,
    });
    await producer.send({ messages: texts.map((value) => ({ topic, key: "a", value })) });
    await producer.close();
  };

  it("delivers a message that is not JSON until it is accepted, before later ones, and not again", async () => {
    const topic = await createTopic();
    await sendTexts(topic, ["no JSON", '"JSON"']);
    const log: string[] = [];
    let refusals = 2;
    const subscription: Subscription = {
      group: topic,
      topics: [topic],
      handle: ({ key, value }) => Promise.resolve(void log.push(`${key} handled ${String(value)}`)),
      onUnreadable: ({ topic: from, key, value }, reason) => {
        expect([from, key, value]).to.deep.equal([topic, "a", "no JSON"]);
        log.push(refusals > 0 ? "refused" : `taken: ${reason}`);
        return refusals-- > 0 ? Promise.reject(new Error("not yet")) : Promise.resolve();
      },
    };
    const first = createKafkaEventBus(options);
    await first.subscribe(subscription);
    await until("the good message is handled", () => log.includes("a handled JSON"));
    expect(log.slice(0, 2)).to.deep.equal(["refused", "refused"]);
    expect(log[2]).to.match(/^taken: .*JSON/);
    expect(log).to.have.lengthOf(4);
    await first.close();
    const second = createKafkaEventBus(options);
    await second.subscribe(subscription);
    await second.publish(topic, [{ key: "a", value: "later" }]);
    await until("the next message is handled", () => log.includes("a handled later"));
    expect(log).to.have.lengthOf(5);
    await second.close();
  });

  it("skips a message that is not JSON without a handler for it, and reads a missing value as null", async () => {
    const topic = await createTopic();
    const bus = createKafkaEventBus(options);
    await sendTexts(topic, ["no JSON", undefined, '"JSON"']);
    const handled: unknown[] = [];
    await bus.subscribe({
      group: topic,
      topics: [topic],
      handle: ({ value }) => Promise.resolve(void handled.push(value)),
    });
    await until("the good message is handled", () => handled.length > 1);
    expect(handled).to.deep.equal([null, "JSON"]);
    await bus.close();
  });

  it("resumes at the last commit and redelivers unfinished events", async () => {
    const topic = await createTopic();
    const handled: number[] = [];
    const first = createKafkaEventBus(options);
    await first.publish(
      topic,
      [1, 2, 3].map((value) => ({ key: "a", value })),
    );
    await first.subscribe({
      group: topic,
      topics: [topic],
      handle: ({ value }) => {
        if (value === 3) return Promise.reject(new Error("not here"));
        return Promise.resolve(void handled.push(value as number));
      },
    });
    await until("two are handled", () => handled.length === 2);
    await first.close();
    const second = createKafkaEventBus(options);
    await second.subscribe({
      group: topic,
      topics: [topic],
      handle: ({ value }) => Promise.resolve(void handled.push(value as number)),
    });
    await until("the third is handled", () => handled.includes(3));
    expect(handled).to.deep.equal([1, 2, 3]);
    await second.close();
  });

  it("does not restart a running event when the group rebalances", async () => {
    const topic = await createTopic();
    const release = Promise.withResolvers<void>();
    const started: string[] = [];
    const subscription = {
      group: topic,
      topics: [topic],
      // The concurrency exceeds the number of events, so that whichever member gets the last event can handle it.
      concurrency: 12,
      handle: ({ key }: { key: string }) => {
        started.push(key);
        return release.promise;
      },
    };
    const first = createKafkaEventBus(options);
    await first.publish(
      topic,
      ["a", "b", "c", "d", "e", "f"].map((key) => ({ key, value: 1 })),
    );
    await first.subscribe(subscription);
    await until("all run", () => started.length === 6);
    // It takes some of the partitions and starts their uncommitted events too. The others stay where they run.
    const second = createKafkaEventBus(options);
    await second.subscribe(subscription);
    await until("the second has its share", () => started.length > 6);
    await second.publish(topic, [{ key: "z", value: 1 }]);
    await until("the group works again", () => started.includes("z"));
    expect(started.length).to.be.lessThan(13);
    release.resolve();
    await Promise.all([first.close(), second.close()]);
  });
});
