import { parentPort } from "node:worker_threads";
import { startPglite } from "./pglite.ts";

const { port } = await startPglite();
parentPort!.postMessage(port);
