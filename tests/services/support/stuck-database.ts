import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface StuckDatabase {
  host: string;
  port: number;
  /** Terminates the thread, even while its database is busy. */
  close(): Promise<void>;
}

/** Starts PGlite in a thread of its own. It has no timers, so an endless query keeps it busy beyond any timeout. */
export async function startStuckDatabase(): Promise<StuckDatabase> {
  const worker = new Worker(new URL("./stuck-database-worker.ts", import.meta.url));
  const [port] = (await once(worker, "message")) as [number];
  return { host: "127.0.0.1", port, close: async () => void (await worker.terminate()) };
}
