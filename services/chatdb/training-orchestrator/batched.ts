export interface Batching {
  /** Upper limit of items in a batch. */
  maxItems: number;
  /** Decides whether a single item caused a failure; if so, each item is retried alone. */
  isCausedByItem: (error: unknown) => boolean;
}

/**
 * Turns an operation on many items into one on a single item. Items that arrive while a batch runs form the next batch;
 * a single item does not wait.
 */
export function batched<T, R>(
  act: (items: T[]) => Promise<R[]>,
  { maxItems, isCausedByItem }: Batching,
): (item: T) => Promise<R> {
  type Waiting = { item: T } & PromiseWithResolvers<R>;
  let waiting: Waiting[] = [];
  let busy = false;

  async function settle(batch: Waiting[]): Promise<void> {
    try {
      const results = await act(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      if (batch.length === 1 || !isCausedByItem(error)) batch.forEach(({ reject }) => reject(error));
      else for (const each of batch) await settle([each]);
    }
  }

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await settle(batch);
    }
    busy = false;
  }

  return (item) => {
    const one: Waiting = { item, ...Promise.withResolvers<R>() };
    waiting.push(one);
    void run();
    return one.promise;
  };
}
