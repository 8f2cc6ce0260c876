import { toJson, type EventBus, type IncomingEvent, type OutgoingEvent, type Subscription } from "./event-bus.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import type { Logger } from "./log.ts";

/** Events kept of each topic for groups that come later. */
const kept = 10_000;

/** An event bus within one process, with Kafka's groups, order within a key and at-least-once delivery. */
export function createMemoryEventBus(options: { log?: Logger; firstPauseMs?: number } = {}): EventBus {
  const history = new Map<string, IncomingEvent[]>();
  const groups = new Map<string, Group>();
  let closed = false;

  const mustBeOpen = () => {
    if (closed) throw new Error("The event bus is closed.");
  };

  function publish(topic: string, events: OutgoingEvent[]): void {
    mustBeOpen();
    const incoming = events.map(({ key, value }) => ({
      topic,
      key,
      value: JSON.parse(toJson(topic, value)) as unknown,
    }));
    history.set(topic, [...(history.get(topic) ?? []), ...incoming].slice(-kept));
    for (const event of incoming) {
      for (const group of groups.values()) group.offer(event);
    }
  }

  function subscribe(subscription: Subscription): void {
    mustBeOpen();
    const group = groups.get(subscription.group) ?? createGroup(subscription.group, options);
    groups.set(subscription.group, group);
    group.join(subscription, history);
  }

  return {
    // An event counts as published as soon as it is in the queues of its groups.
    publish: promised(publish),
    subscribe: promised(subscribe),
    ping: promised(mustBeOpen),
    close: async () => {
      closed = true;
      await Promise.all([...groups.values()].map((group) => group.close()));
    },
  };
}

interface Group {
  offer(event: IncomingEvent): void;
  join(subscription: Subscription, history: Map<string, IncomingEvent[]>): void;
  close(): Promise<void>;
}

function createGroup(name: string, { log, firstPauseMs }: { log?: Logger; firstPauseMs?: number }): Group {
  const topics = new Set<string>();
  const queue = new KeyedQueue<IncomingEvent>({
    firstPauseMs,
    keyOf: ({ topic, key }) => JSON.stringify([topic, key]),
    onFailure: (err, { topic, key }, pauseMs) =>
      log?.warn({ err, group: name, topic, key, pauseMs }, "event failed, will be retried"),
  });
  const offer = (event: IncomingEvent) => {
    if (topics.has(event.topic)) queue.push(event);
  };
  return {
    offer,
    join: (subscription, history) => {
      queue.addWorker({
        concurrency: subscription.concurrency ?? 1,
        accepts: ({ topic }) => subscription.topics.includes(topic),
        // Each attempt gets a copy of its own, as it would from a broker.
        handle: async (event) => subscription.handle(structuredClone(event)),
      });
      for (const topic of subscription.topics.filter((topic) => !topics.has(topic))) {
        topics.add(topic);
        history.get(topic)?.forEach(offer);
      }
    },
    close: () => queue.close(),
  };
}

/** Turns an exception of `act` into a rejection. */
function promised<A extends unknown[]>(act: (...args: A) => void): (...args: A) => Promise<void> {
  return (...args) =>
    new Promise((resolve) => {
      act(...args);
      resolve();
    });
}
