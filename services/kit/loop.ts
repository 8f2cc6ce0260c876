import { setTimeout as delay } from "node:timers/promises";

export interface Loop {
  /** Acts at once: there is something to do. */
  wake(): void;
  /** Finishes what is under way, then stops. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  /** Resolves with whether there is more to do at once. */
  act: () => Promise<boolean>;
  /** Called when it rejected; it is tried again after the pause. */
  onFailure: (error: unknown, pauseMs: number) => void;
  /** Milliseconds between two turns where nobody wakes it. */
  pollMs: number;
  /** Milliseconds between two turns, at least: what wakes it meanwhile is done in one. Default 0. */
  restMs?: number;
}

/**
 * Does the same over and over until stopped: when woken, and now and then by itself, for what another replica left behind. While it
 * waits, it keeps no process alive.
 */
export function startLoop({ act, onFailure, pollMs, restMs = 0 }: LoopOptions): Loop {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      woken = Promise.withResolvers();
      try {
        while (await act()) if (stopping.signal.aborted) return;
      } catch (error) {
        onFailure(error, pollMs);
      }
      if (restMs > 0) await delay(restMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      const pause = new AbortController();
      const signal = AbortSignal.any([stopping.signal, pause.signal]);
      await Promise.race([woken.promise, delay(pollMs, undefined, { signal, ref: false }).catch(() => undefined)]);
      pause.abort();
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
