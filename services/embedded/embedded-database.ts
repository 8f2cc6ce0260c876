import { once } from "node:events";
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { DatabaseEnv } from "@platform/kit/env.ts";
import { databaseTemplate } from "./database-template.ts";

export interface DatabaseWorkerData {
  /** Folder of the data; undefined keeps it in memory. */
  directory: string | undefined;
  /** Initial contents of a new database. */
  template: Blob | undefined;
}
export type DatabaseWorkerRequest = "close";
export type DatabaseWorkerReport = { port: number };

export interface EmbeddedDatabase {
  /** The connection, in the form of a service's environment. */
  env: DatabaseEnv;
  close(): Promise<void>;
}

/**
 * Starts databases by name, each a PostgreSQL compiled to WebAssembly in a thread of its own. All connections share one
 * session: a setting of one applies to all, and a transaction of one makes the others wait.
 * @param directories folder of each; undefined keeps it in memory
 */
export async function startDatabases<Name extends string>(
  directories: Record<Name, string | undefined>,
): Promise<Record<Name, EmbeddedDatabase>> {
  const names = Object.keys(directories) as Name[];
  const template = names.some((name) => isNew(directories[name])) ? await databaseTemplate() : undefined;
  const started = names.map((name) => {
    const directory = directories[name];
    return startWorker({ directory, template: isNew(directory) ? template : undefined });
  });
  const databases = (await Promise.all(started)).map(asDatabase);
  return Object.fromEntries(names.map((name, index) => [name, databases[index]])) as Record<Name, EmbeddedDatabase>;
}

function isNew(directory: string | undefined): boolean {
  return directory === undefined || !existsSync(directory);
}

interface DatabaseWorker {
  thread: Worker;
  port: number;
}

async function startWorker(workerData: DatabaseWorkerData): Promise<DatabaseWorker> {
  const thread = new Worker(new URL("./database-worker.ts", import.meta.url), { workerData, stdout: true });
  const { port } = await nextReport(thread);
  return { thread, port };
}

async function nextReport(thread: Worker): Promise<DatabaseWorkerReport> {
  const [report] = (await once(thread, "message")) as [DatabaseWorkerReport];
  return report;
}

function asDatabase({ thread, port }: DatabaseWorker): EmbeddedDatabase {
  const exited = once(thread, "exit");
  return {
    env: {
      DATABASE_HOST: "127.0.0.1",
      DATABASE_PORT: port,
      DATABASE_NAME: "postgres",
      DATABASE_USER: "postgres",
      DATABASE_PASSWORD: "",
      DATABASE_SSL: "disable",
    },
    close: async () => {
      thread.postMessage("close" satisfies DatabaseWorkerRequest);
      await exited;
    },
  };
}
