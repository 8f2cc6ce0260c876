import type { Kysely } from "kysely";
import { startLoop } from "@platform/kit/loop.ts";
import type { OrchestratorTables } from "./tables.ts";

export interface Listener {
  /** Resolves with true once the job has changed since the last call, with false after `timeoutMs` or if aborted. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

export interface JobFeed {
  /** Starts to follow a job. */
  listen(id: string): Listener;
  /** Notifies the followers of a job that this process has changed it. */
  notify(id: string): void;
  stop(): Promise<void>;
}

export interface FeedOptions {
  db: Kysely<OrchestratorTables>;
  onFailure: (error: unknown, pauseMs: number) => void;
  /** Time between two polls for changes by other replicas, while somebody follows. Milliseconds, default 1000. */
  pollMs?: number | undefined;
}

interface Follower {
  notify(): void;
}

/** Notifies the followers of a job when its history grows, in this process or at another replica. */
export function startFeed({ db, onFailure, pollMs = 1000 }: FeedOptions): JobFeed {
  const followers = new Map<string, Set<Follower>>();
  const lengths = new Map<string, number>();
  const notify = (id: string) => followers.get(id)?.forEach((follower) => follower.notify());

  async function poll(): Promise<boolean> {
    if (followers.size === 0) return false;
    const rows = await db
      .selectFrom("jobs")
      .select(["id", "entries"])
      .where("id", "in", [...followers.keys()])
      .execute();
    for (const { id, entries } of rows) {
      if (!followers.has(id) || lengths.get(id) === entries) continue;
      lengths.set(id, entries);
      notify(id);
    }
    return false;
  }
  const loop = startLoop({ act: poll, onFailure, pollMs });

  return {
    notify,
    stop: () => loop.stop(),
    listen(id) {
      let fresh = false;
      let woken: (() => void) | undefined;
      const follower: Follower = {
        notify: () => {
          fresh = true;
          woken?.();
        },
      };
      followers.set(id, (followers.get(id) ?? new Set()).add(follower));
      return {
        async changed(timeoutMs, signal) {
          if (!fresh && !signal.aborted) await sleep(timeoutMs, signal, (wake) => (woken = wake));
          const hasChanged = fresh && !signal.aborted;
          fresh = false;
          return hasChanged;
        },
        close: () => {
          const others = followers.get(id);
          others?.delete(follower);
          if (others?.size !== 0) return;
          followers.delete(id);
          lengths.delete(id);
        },
      };
    },
  };
}

/** Waits until the time is over, the signal aborts, or the function given to `onReady` is called. */
function sleep(timeoutMs: number, signal: AbortSignal, onReady: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, timeoutMs);
    signal.addEventListener("abort", wake);
    onReady(wake);
  });
}
