import { expect } from "chai";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import { until } from "./until.ts";

export interface BusUnderTest {
  /** Opens the bus of another process on the same broker. */
  connect(): EventBus;
  /** Creates a topic that no other test uses. */
  createTopic(): Promise<string>;
}

/** Tests that every event bus must pass. */
export function itIsAnEventBus(under: BusUnderTest): void {
  const buses: EventBus[] = [];
  const connect = () => {
    const bus = under.connect();
    buses.push(bus);
    return bus;
  };
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });

  const numbered = (key: string, values: number[]) => values.map((value) => ({ key, value }));
  const valuesOf = (events: IncomingEvent[], key: string) =>
    events.filter((event) => event.key === key).map(({ value }) => value);

  it("delivers all events of a topic to each group, ordered by key, earlier ones included", async () => {
    const bus = connect();
    const topic = await under.createTopic();
    const first: IncomingEvent[] = [];
    const second: IncomingEvent[] = [];
    await bus.publish(topic, [...numbered("a", [1, 2, 3]), ...numbered("b", [1])]);
    await bus.subscribe({
      group: `${topic}-first`,
      topics: [topic],
      concurrency: 4,
      handle: (event) => Promise.resolve(void first.push(event)),
    });
    await bus.publish(topic, numbered("a", [4, 5]));
    await bus.subscribe({
      group: `${topic}-second`,
      topics: [topic],
      handle: (event) => Promise.resolve(void second.push(event)),
    });
    await until("both groups have six events", () => first.length >= 6 && second.length >= 6);
    for (const events of [first, second]) {
      expect(valuesOf(events, "a")).to.deep.equal([1, 2, 3, 4, 5]);
      expect(valuesOf(events, "b")).to.deep.equal([1]);
      expect(events.every((event) => event.topic === topic)).to.equal(true);
    }
  });

  it("delivers an event to one member of a group", async () => {
    const topic = await under.createTopic();
    const members = [connect(), connect()];
    const handled: string[] = [];
    for (const bus of members) {
      await bus.subscribe({
        group: topic,
        topics: [topic],
        handle: ({ key }) => Promise.resolve(void handled.push(key)),
      });
    }
    // Events may be delivered twice while a group rebalances. Afterwards each comes once; two groups would always get
    // it twice.
    let round = 0;
    await until("a round of events that all come once", async () => {
      round++;
      const keys = Array.from({ length: 20 }, (_, index) => `${round}-${index}`);
      await members[0]!.publish(
        topic,
        keys.map((key) => ({ key, value: null })),
      );
      await until("all are handled", () => keys.every((key) => handled.includes(key)));
      return keys.every((key) => handled.indexOf(key) === handled.lastIndexOf(key));
    });
  });

  it("retries a rejected event, and holds back only events with its key", async () => {
    const bus = connect();
    const topic = await under.createTopic();
    const handled: string[] = [];
    let refusals = 3;
    await bus.subscribe({
      group: topic,
      topics: [topic],
      handle: ({ key, value }) => {
        if (key === "stubborn" && value === 1 && refusals-- > 0) return Promise.reject(new Error("not yet"));
        return Promise.resolve(void handled.push(`${key} ${String(value)}`));
      },
    });
    await bus.publish(topic, [...numbered("stubborn", [1, 2]), ...numbered("easy", [1, 2])]);
    await until("all four are handled", () => handled.length === 4);
    expect(handled).to.deep.equal(["easy 1", "easy 2", "stubborn 1", "stubborn 2"]);
  });

  it("handles up to the allowed number of events concurrently, one per key", async () => {
    const bus = connect();
    const topic = await under.createTopic();
    const release = Promise.withResolvers<void>();
    const running: string[] = [];
    const subscribed = bus.subscribe({
      group: topic,
      topics: [topic],
      concurrency: 3,
      handle: ({ key }) => {
        running.push(key);
        return release.promise;
      },
    });
    await subscribed;
    await bus.publish(topic, [
      ...numbered("a", [1, 2]),
      ...numbered("b", [1]),
      ...numbered("c", [1]),
      ...numbered("d", [1]),
    ]);
    await until("three run", () => running.length === 3);
    expect([...running].sort()).to.deep.equal(["a", "b", "c"]);
    release.resolve();
    await until("all have run", () => running.length === 5);
  });

  it("waits for running handlers when it is closed", async () => {
    const bus = connect();
    const topic = await under.createTopic();
    const release = Promise.withResolvers<void>();
    const log: string[] = [];
    await bus.publish(topic, numbered("a", [1]));
    await bus.subscribe({
      group: topic,
      topics: [topic],
      handle: async () => {
        log.push("started");
        await release.promise;
        log.push("handled");
      },
    });
    await until("the handler runs", () => log.length === 1);
    const closed = bus.close().then(() => log.push("closed"));
    release.resolve();
    await closed;
    expect(log).to.deep.equal(["started", "handled", "closed"]);
  });

  it("answers a ping, and rejects a value that is not JSON", async () => {
    const bus = connect();
    const topic = await under.createTopic();
    await bus.ping();
    const refused = await bus.publish(topic, [{ key: "a", value: undefined }]).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(TypeError);
  });
}
