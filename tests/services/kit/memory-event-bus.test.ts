import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { itIsAnEventBus } from "./event-bus-contract.ts";
import { until } from "./until.ts";

describe("memory event bus", () => {
  let broker: EventBus;
  beforeEach(() => {
    broker = createMemoryEventBus();
  });
  itIsAnEventBus({ connect: () => broker, createTopic: () => Promise.resolve(randomUUID()) });

  it("handles every event at least once, ordered by key, when handlers fail", async () => {
    const event = fc.record({
      key: fc.constantFrom("a", "b", "c"),
      failures: fc.integer({ min: 0, max: 2 }),
      async: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        async (events, concurrency) => {
          const bus = createMemoryEventBus({ firstPauseMs: 1 });
          const failuresLeft = events.map(({ failures }) => failures);
          const handled: { key: string; value: number }[] = [];
          await bus.subscribe({
            group: "g",
            topics: ["t"],
            concurrency,
            handle: async ({ key, value }) => {
              const index = value as number;
              if (events[index]?.async) await new Promise(setImmediate);
              if ((failuresLeft[index] ?? 0) > 0) {
                failuresLeft[index] = (failuresLeft[index] ?? 0) - 1;
                throw new Error("at random");
              }
              handled.push({ key, value: index });
            },
          });
          for (const [value, { key }] of events.entries()) await bus.publish("t", [{ key, value }]);
          await until("all events are handled", () => handled.length >= events.length);
          await bus.close();
          for (const key of ["a", "b", "c"]) {
            const published = events.flatMap((event, index) => (event.key === key ? [index] : []));
            expect(handled.filter((event) => event.key === key).map(({ value }) => value)).to.deep.equal(published);
          }
        },
      ),
      { numRuns: 100 },
    );
  }).timeout(60_000);

  it("rejects events after it is closed", async () => {
    await broker.close();
    const refused = await broker.publish("t", [{ key: "a", value: 1 }]).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error).with.property("message").that.includes("closed");
  });
});
