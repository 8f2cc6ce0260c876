import { setTimeout as delay } from "node:timers/promises";

export interface Loop {
  /** Starts the next turn at once. */
  wake(): void;
  /** Finishes the turn under way, then stops. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  /** One turn. Resolves with whether there is more to do at once. */
  act: () => Promise<boolean>;
  /** Called when a turn rejected; the next one comes after `pauseMs`. */
  onFailure: (error: unknown, pauseMs: number) => void;
  /** Milliseconds between two turns if nobody wakes the loop. */
  pollMs: number;
  /** The shortest time between two turns, in milliseconds. Several wakes within it lead to one turn. Default 0. */
  restMs?: number;
  /** Waits `pollMs` before the first turn. Default: the first turn is at once. */
  delayFirst?: boolean;
}

/**
 * Repeats a turn until stopped: when woken, and every `pollMs` for work that another replica left behind. A waiting
 * loop does not keep the process alive.
 */
export function startLoop({ act, onFailure, pollMs, restMs = 0, delayFirst = false }: LoopOptions): Loop {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();

  async function wait(): Promise<void> {
    const pause = new AbortController();
    const signal = AbortSignal.any([stopping.signal, pause.signal]);
    await Promise.race([woken.promise, delay(pollMs, undefined, { signal, ref: false }).catch(() => undefined)]);
    pause.abort();
  }

  async function run(): Promise<void> {
    if (delayFirst) await wait();
    while (!stopping.signal.aborted) {
      woken = Promise.withResolvers();
      try {
        while (await act()) if (stopping.signal.aborted) return;
      } catch (error) {
        onFailure(error, pollMs);
      }
      if (restMs > 0) await delay(restMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      await wait();
    }
  }

  const running = run();
  return {
    wake: () => woken.resolve(),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
