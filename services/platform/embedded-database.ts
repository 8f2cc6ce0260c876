import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { DatabaseEnv } from "@chatdb/kit/env.ts";

export interface DatabaseWorkerData {
  /** Where the data is kept; in memory alone when undefined. */
  directory: string | undefined;
}

export interface DatabaseWorkerMessage {
  port: number;
}

export interface EmbeddedDatabase {
  /** How to connect, as a service's environment says it. */
  env: DatabaseEnv;
  close(): Promise<void>;
}

/**
 * Starts a real PostgreSQL, compiled to WebAssembly, in a thread of its own. It has one session, which all connections share:
 * what one sets lasts for the others, and a transaction of one lets the others wait.
 */
export async function startDatabase(directory?: string): Promise<EmbeddedDatabase> {
  const workerData: DatabaseWorkerData = { directory };
  const worker = new Worker(new URL("./database-worker.ts", import.meta.url), { workerData, stdout: true });
  const [message] = (await once(worker, "message")) as [DatabaseWorkerMessage];
  const exited = once(worker, "exit");
  return {
    env: {
      DATABASE_HOST: "127.0.0.1",
      DATABASE_PORT: message.port,
      DATABASE_NAME: "postgres",
      DATABASE_USER: "postgres",
      DATABASE_PASSWORD: "",
      DATABASE_SSL: "disable",
    },
    close: async () => {
      worker.postMessage("close");
      await exited;
    },
  };
}
