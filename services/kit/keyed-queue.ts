import { pauseAfter } from "./retry.ts";

export interface Worker<T> {
  /** Items that this worker handles at a time. */
  concurrency: number;
  accepts(item: T): boolean;
  handle(item: T): Promise<void>;
}

export interface KeyedQueueOptions<T> {
  /** Items of the same key are handled one after the other, in the order in which they came. */
  keyOf(item: T): string;
  /** Milliseconds before a failed item is handled again, doubled after each further failure up to 30 s. Default 100. */
  firstPauseMs?: number;
  /** Called when an item was handled. */
  onDone?(item: T): void;
  /** Called when a worker rejected; the item is tried again after `pauseMs`. */
  onFailure?(error: unknown, item: T, pauseMs: number): void;
}

const maxPauseMs = 30_000;

interface Lane<T> {
  key: string;
  /** The first item is handled next. */
  items: T[];
  failures: number;
}

/**
 * A queue in memory that keeps the order within a key, handles different keys concurrently, and retries without limit.
 */
export class KeyedQueue<T> {
  readonly #options: KeyedQueueOptions<T>;
  readonly #workers: { worker: Worker<T>; busy: number }[] = [];
  readonly #lanes = new Map<string, Lane<T>>();
  /** Lanes whose first item waits for a worker, the longest wait first. */
  readonly #ready = new Set<Lane<T>>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #size = 0;
  #closed = false;

  constructor(options: KeyedQueueOptions<T>) {
    this.#options = options;
  }

  /** Items not handled yet, the ones being handled among them. */
  get size(): number {
    return this.#size;
  }

  addWorker(worker: Worker<T>): void {
    this.#workers.push({ worker, busy: 0 });
    this.#dispatch();
  }

  push(item: T): void {
    const key = this.#options.keyOf(item);
    const lane = this.#lanes.get(key);
    this.#size++;
    if (lane) {
      lane.items.push(item);
      return;
    }
    const started = { key, items: [item], failures: 0 };
    this.#lanes.set(key, started);
    this.#makeReady(started);
  }

  /** Starts no more items, drops waiting ones, and resolves when no handler runs. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pause of this.#pauses) clearTimeout(pause);
    await Promise.all(this.#running);
  }

  #makeReady(lane: Lane<T>): void {
    this.#ready.add(lane);
    this.#dispatch();
  }

  #dispatch(): void {
    for (const lane of this.#ready) {
      const idle = this.#workers.filter(({ worker, busy }) => busy < worker.concurrency);
      if (this.#closed || idle.length === 0) return;
      const slot = idle.find(({ worker }) => worker.accepts(lane.items[0] as T));
      if (slot === undefined) continue;
      this.#ready.delete(lane);
      slot.busy++;
      const run = this.#run(lane, slot.worker).finally(() => {
        this.#running.delete(run);
        slot.busy--;
        this.#dispatch();
      });
      this.#running.add(run);
    }
  }

  async #run(lane: Lane<T>, worker: Worker<T>): Promise<void> {
    const item = lane.items[0] as T;
    try {
      await worker.handle(item);
    } catch (error) {
      this.#retryLater(lane, error);
      return;
    }
    lane.items.shift();
    lane.failures = 0;
    this.#size--;
    this.#options.onDone?.(item);
    if (lane.items.length > 0) this.#ready.add(lane);
    else this.#lanes.delete(lane.key);
  }

  #retryLater(lane: Lane<T>, error: unknown): void {
    const pauseMs = pauseAfter(++lane.failures, { pauseMs: this.#options.firstPauseMs ?? 100, maxPauseMs });
    this.#options.onFailure?.(error, lane.items[0] as T, pauseMs);
    if (this.#closed) return;
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#makeReady(lane);
    }, pauseMs);
    this.#pauses.add(pause);
  }
}
