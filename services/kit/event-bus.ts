/** An event to publish. Events of the same topic and key are handled in the order in which they were published. */
export interface OutgoingEvent {
  key: string;
  /** Any JSON value. */
  value: unknown;
}

export interface IncomingEvent {
  topic: string;
  key: string;
  /** The parsed JSON; check it with a schema. */
  value: unknown;
}

export interface Subscription {
  /** Each event goes to one subscriber of each group. A new group starts with the oldest event kept. */
  group: string;
  topics: string[];
  /** Events handled at a time, each with a different key. Default 1. */
  concurrency?: number;
  /**
   * Handles an event at least once: it counts as handled when this resolves. After a rejection it is called again, with
   * pauses up to 30 s, without limit; later events of the same key wait, others do not.
   */
  handle(event: IncomingEvent): Promise<void>;
  /**
   * Handles a message that is not JSON, with its text as the value, instead of `handle`. Default: it is logged and
   * skipped.
   * @param reason why it is not JSON
   */
  onUnreadable?(event: IncomingEvent, reason: string): Promise<void>;
}

export interface EventBus {
  /** Resolves when all in-sync replicas have the events. Rejects with a TypeError when a value is not JSON. */
  publish(topic: string, events: OutgoingEvent[]): Promise<void>;
  /** Resolves when the subscription is made. */
  subscribe(subscription: Subscription): Promise<void>;
  /** Rejects when the broker does not answer. */
  ping(): Promise<void>;
  /** Stops receiving events, waits for running handlers (with Kafka: at most 20 s), then disconnects. */
  close(): Promise<void>;
}

/** Serialises a value. @throws TypeError if it is not JSON, such as undefined */
export function toJson(topic: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`An event for ${topic} is not JSON: ${String(value)}`);
  return text;
}
