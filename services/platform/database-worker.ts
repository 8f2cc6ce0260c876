/* A worker thread with one PostgreSQL (PGlite) behind a port of the loopback interface. */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import type { DatabaseWorkerData, DatabaseWorkerMessage } from "./embedded-database.ts";

/** As PostgreSQL's own default. */
const maxConnections = 100;

const { directory } = workerData as DatabaseWorkerData;
const port = parentPort!;

const db = await PGlite.create(directory === undefined ? {} : { dataDir: directory });
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections });
await server.start();

port.once("message", () => {
  void server
    .stop()
    .then(() => db.close())
    .finally(() => port.close());
});
port.postMessage({ port: Number(server.getServerConn().split(":").at(-1)) } satisfies DatabaseWorkerMessage);
