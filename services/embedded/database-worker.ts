/* A worker thread with one PostgreSQL (PGlite) behind a port of the loopback interface. */
import { parentPort, workerData } from "node:worker_threads";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import type { DatabaseWorkerData, DatabaseWorkerReport, DatabaseWorkerRequest } from "./embedded-database.ts";
import { SharedSession } from "./shared-session.ts";

/** PostgreSQL's default. */
const maxConnections = 100;

const { directory, template } = workerData as DatabaseWorkerData;
const platform = parentPort!;

const db = new SharedSession({
  ...(directory !== undefined && { dataDir: directory }),
  ...(template && { loadDataDir: template }),
});
await db.waitReady;
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections });
await server.start();

async function close(): Promise<void> {
  await server.stop();
  await db.close();
  platform.close();
}

platform.on("message", (request: DatabaseWorkerRequest) => {
  if (request === "close") void close();
});
platform.postMessage({ port: Number(server.getServerConn().split(":").at(-1)) } satisfies DatabaseWorkerReport);
