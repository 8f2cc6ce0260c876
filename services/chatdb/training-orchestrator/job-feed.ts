import type { Kysely } from "kysely";
import { startLoop } from "./loop.ts";
import type { OrchestratorTables } from "./schema.ts";

export interface Listener {
  /** Resolves with true when something was put on record since it last did, with false after so many milliseconds or when aborted. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

export interface JobFeed {
  /** For whoever follows a job. */
  listen(id: string): Listener;
  /** Something was put on record of it, in this process. */
  tell(id: string): void;
  stop(): Promise<void>;
}

export interface FeedOptions {
  db: Kysely<OrchestratorTables>;
  onFailure: (error: unknown, pauseMs: number) => void;
  /** Milliseconds between two looks at what other replicas put on record; nobody looks while nobody listens. Default 1000. */
  pollMs?: number | undefined;
}

interface Ear {
  notify(): void;
}

/** Tells the listeners of a job when its history grows, be it here or at another replica. */
export function startFeed({ db, onFailure, pollMs = 1000 }: FeedOptions): JobFeed {
  const ears = new Map<string, Set<Ear>>();
  const lengths = new Map<string, number>();
  const tell = (id: string) => ears.get(id)?.forEach((ear) => ear.notify());

  async function look(): Promise<boolean> {
    if (ears.size === 0) return false;
    const rows = await db
      .selectFrom("jobs")
      .select(["id", "entries"])
      .where("id", "in", [...ears.keys()])
      .execute();
    for (const { id, entries } of rows) {
      if (!ears.has(id) || lengths.get(id) === entries) continue;
      lengths.set(id, entries);
      tell(id);
    }
    return false;
  }
  const loop = startLoop({ act: look, onFailure, pollMs });

  return {
    tell,
    stop: () => loop.stop(),
    listen(id) {
      let fresh = false;
      let woken: (() => void) | undefined;
      const ear: Ear = {
        notify: () => {
          fresh = true;
          woken?.();
        },
      };
      ears.set(id, (ears.get(id) ?? new Set()).add(ear));
      return {
        async changed(timeoutMs, signal) {
          if (!fresh && !signal.aborted) await sleep(timeoutMs, signal, (wake) => (woken = wake));
          const was = fresh && !signal.aborted;
          fresh = false;
          return was;
        },
        close: () => {
          const others = ears.get(id);
          others?.delete(ear);
          if (others?.size !== 0) return;
          ears.delete(id);
          lengths.delete(id);
        },
      };
    },
  };
}

/** Until the time is over, or the signal is aborted, or what was handed out is called. */
function sleep(timeoutMs: number, signal: AbortSignal, hand: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, timeoutMs);
    signal.addEventListener("abort", wake);
    hand(wake);
  });
}
