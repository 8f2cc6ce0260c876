import { setTimeout as delay } from "node:timers/promises";
import { isTransient as isTransientError } from "./transient-errors.ts";

export interface BackOff {
  /** Milliseconds before the second call; doubled before each further one. */
  pauseMs: number;
  /** The longest pause, in milliseconds. */
  maxPauseMs: number;
}

export interface RetryOptions extends Partial<BackOff> {
  /** Decides whether another call may succeed. Default: {@link isTransientError}. */
  isTransient?: (error: unknown) => boolean;
  /** Calls in all. Default: no limit. */
  attempts?: number;
  /** Milliseconds after the first call from which on no other begins. Default: no limit. */
  limitMs?: number;
  /** Ends the pauses: retry then rejects with the signal's reason. A call in progress is awaited. */
  signal?: AbortSignal | undefined;
  /** Called before each pause. `failures` counts from 1. */
  onFailure?: (error: unknown, failures: number, pauseMs: number) => void;
}

/** Milliseconds to wait after so many failures, counted from 1. */
export function pauseAfter(failures: number, { pauseMs, maxPauseMs }: BackOff): number {
  return Math.min(pauseMs * 2 ** (failures - 1), maxPauseMs);
}

/**
 * Calls until it succeeds.
 * @throws the last error: the first that is not transient, or the one at which attempts or time ran out
 */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { isTransient = isTransientError, attempts = Infinity, limitMs = Infinity, signal, onFailure } = options;
  const { pauseMs = 200, maxPauseMs = 30_000 } = options;
  const start = performance.now();
  for (let failures = 1; ; failures++) {
    try {
      return await call();
    } catch (error) {
      const pause = pauseAfter(failures, { pauseMs, maxPauseMs });
      if (failures >= attempts || !isTransient(error) || performance.now() + pause > start + limitMs) throw error;
      onFailure?.(error, failures, pause);
      await delay(pause, undefined, { signal }).catch(() => signal!.throwIfAborted());
    }
  }
}
