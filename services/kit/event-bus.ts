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
}

export interface EventBus {
  /** Resolves when all in-sync replicas have the events. */
  publish(topic: string, events: OutgoingEvent[]): Promise<void>;
  /** Resolves when the subscription is made. A message that is not JSON is logged and skipped. */
  subscribe(subscription: Subscription): Promise<void>;
  /** Rejects when the broker does not answer. */
  ping(): Promise<void>;
  /** Stops taking events, lets running handlers finish (25 s at most in a process that is stopping), then disconnects. */
  close(): Promise<void>;
}
