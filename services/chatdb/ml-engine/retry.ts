import { setTimeout as delay } from "node:timers/promises";

export interface RetryOptions {
  /** Decides whether another attempt may succeed. */
  passing: (error: unknown) => boolean;
  /** Calls in all, default 5. */
  attempts?: number;
  /** Pause before the second call, doubled before each further one. Milliseconds, default 200. */
  pauseMs?: number;
  /** Ends the pauses: it then rejects with the signal's reason. A call in progress is awaited. */
  signal?: AbortSignal | undefined;
}

/** Calls until it succeeds or fails for good; then rejects with the last error. */
export async function retry<T>(
  call: () => Promise<T>,
  { passing, attempts = 5, pauseMs = 200, signal }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= attempts || !passing(error)) throw error;
      await delay(pauseMs * 2 ** (attempt - 1), undefined, { signal }).catch(() => signal!.throwIfAborted());
    }
  }
}
