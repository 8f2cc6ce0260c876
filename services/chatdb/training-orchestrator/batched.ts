export interface Batching {
  /** Items of one batch, at most. */
  most: number;
  /** Whether a failure comes from one of the items: then each is tried by itself. */
  isOfOne: (error: unknown) => boolean;
}

/**
 * Turns an operation on many items into one on a single item. Items that come while a batch is under way wait for it and are
 * the next one: an item that comes alone does not wait at all.
 */
export function batched<T, R>(act: (items: T[]) => Promise<R[]>, { most, isOfOne }: Batching): (item: T) => Promise<R> {
  type Waiting = { item: T } & PromiseWithResolvers<R>;
  let waiting: Waiting[] = [];
  let busy = false;

  async function settle(batch: Waiting[]): Promise<void> {
    try {
      const results = await act(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      if (batch.length === 1 || !isOfOne(error)) batch.forEach(({ reject }) => reject(error));
      else for (const each of batch) await settle([each]);
    }
  }

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
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
