/** An event to publish. Events of the same topic and key are handled in the order in which they were published. */
export interface OutgoingEvent {
  key: string;
  /** Anything JSON can say. */
  value: unknown;
}

export interface IncomingEvent {
  topic: string;
  key: string;
  /** What JSON said; check it with a schema. */
  value: unknown;
}

export interface Subscription {
  /** Each event goes to one subscriber of each group. A new group starts with the oldest event kept. */
  group: string;
  topics: string[];
  /** How many events are handled at a time, each with a key of its own. Default 1. */
  concurrency?: number;
  /**
   * At least once: an event counts as handled after this resolves. When it rejects, it is called again after a pause
   * (growing up to 30 s) for as long as it takes; later events of the same key wait, others go on.
   */
  handle(event: IncomingEvent): Promise<void>;
  /**
   * Takes a message that is not JSON, its text as the value, in place of `handle` and by the same rules. Default: it is logged and skipped.
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
  /** Stops taking events, lets running handlers finish, then disconnects. Kafka's waits for them for at most 20 s. */
  close(): Promise<void>;
}

/** The text that is sent. Throws a TypeError for what JSON cannot say, such as undefined. */
export function toJson(topic: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`An event for ${topic} is not JSON: ${String(value)}`);
  return text;
}
