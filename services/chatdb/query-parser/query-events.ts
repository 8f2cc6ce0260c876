import { setTimeout as delay } from "node:timers/promises";
import type { QueryEvent } from "@chatdb/contracts/query.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import type { Logger } from "@platform/kit/log.ts";
import { Counter, type Registry } from "prom-client";

/** The maximum number of events that wait for the broker; further ones are dropped and counted. */
const maxPending = 1000;

/** The maximum time in ms that a stopping service waits for its last events. */
const settleMs = 5000;

/** Publishes an event for each question without delaying or failing the answer. */
export class QueryEvents {
  readonly #bus: EventBus;
  readonly #log: Logger;
  readonly #pending = new Set<Promise<void>>();
  readonly #lost: Counter;

  constructor(bus: EventBus, registry: Registry, log: Logger) {
    this.#bus = bus;
    this.#log = log;
    this.#lost = new Counter({
      name: "query_events_lost_total",
      help: "Query events that did not reach the event bus.",
      registers: [registry],
    });
  }

  publish(event: QueryEvent): void {
    if (this.#pending.size >= maxPending) {
      this.#lost.inc();
      return;
    }
    const sent = this.#bus
      .publish(topics.queryEvents, [{ key: event.datasource ?? "", value: event }])
      .catch((error: unknown) => {
        this.#lost.inc();
        this.#log.warn({ err: error }, "a query event was lost");
      })
      .finally(() => this.#pending.delete(sent));
    this.#pending.add(sent);
  }

  /** Resolves when all events are sent, or when the maximum time is up. */
  async settled(): Promise<void> {
    const patience = new AbortController();
    const late = delay(settleMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#pending), late]);
    patience.abort();
  }
}
