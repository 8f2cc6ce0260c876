import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface StuckDatabase {
  host: string;
  port: number;
  /** Ends the thread, whatever its database is doing. */
  close(): Promise<void>;
}

/** PGlite in a thread of its own. It knows no timers: a query that never ends keeps it busy, whatever its timeout. */
export async function startStuckDatabase(): Promise<StuckDatabase> {
  const worker = new Worker(new URL("./stuck-database-worker.ts", import.meta.url));
  const [port] = (await once(worker, "message")) as [number];
  return { host: "127.0.0.1", port, close: async () => void (await worker.terminate()) };
}
