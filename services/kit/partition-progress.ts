/** Position of a message in its partition. */
export interface Position {
  offset: bigint;
  /**
   * Milliseconds since 1970. Tells a message from another one at the same offset of a topic that was deleted and made
   * anew.
   */
  timestamp: bigint;
}

/**
 * Tracks the messages of one partition. They are handled concurrently and so out of order, while Kafka keeps one offset
 * below which all are handled. After a rebalance or reconnection it sends uncommitted messages again, although some of
 * them are still being handled here.
 */
export class PartitionProgress<M extends Position> {
  /** Received and not yet committable, in the order of offsets. */
  readonly #pending = new Map<bigint, { message: M; handled: boolean }>();
  /** The offset below which all messages are handled. */
  #next: bigint | undefined;
  /** Of what is handled. */
  #latestTimestamp = 0n;

  /** "new": to be handled; "pending": received before; "handled": handled before, though perhaps not committed. */
  receive(message: M): "new" | "pending" | "handled" {
    const known = this.#pending.get(message.offset);
    if (known?.message.timestamp === message.timestamp) {
      // The later copy is the one that can be committed: it came with the connection that lives.
      known.message = message;
      return "pending";
    }
    const before = this.#next !== undefined && message.offset < this.#next;
    if (before && message.timestamp <= this.#latestTimestamp) return "handled";
    if (before || known) this.#startAnew();
    this.#pending.set(message.offset, { message, handled: false });
    return "new";
  }

  /** Notes that a message is handled. The last message up to which all are handled, if this has moved it. */
  done({ offset, timestamp }: Position): M | undefined {
    const known = this.#pending.get(offset);
    if (known?.message.timestamp !== timestamp) return undefined;
    known.handled = true;
    let last: M | undefined;
    for (const { message, handled } of this.#pending.values()) {
      if (!handled) break;
      last = message;
      this.#pending.delete(message.offset);
      this.#next = message.offset + 1n;
      if (message.timestamp > this.#latestTimestamp) this.#latestTimestamp = message.timestamp;
    }
    return last;
  }

  /** Offsets run from zero again: the topic is another one by the same name. */
  #startAnew(): void {
    this.#pending.clear();
    this.#next = undefined;
    this.#latestTimestamp = 0n;
  }
}
