/*
 * Runs the prediction-service in a process of its own, which reports its address, and its resource usage on demand.
 */
import "@platform/kit/small-wasm.ts";
import type { AddressInfo } from "node:net";
import { createLogger } from "@platform/kit/log.ts";
import { createService } from "@chatdb/prediction-service/service.ts";

/** Resources that the process has used so far. */
export interface Usage {
  /** CPU time of all threads, user and system, milliseconds. */
  cpuMs: number;
  /** Heap after a garbage collection, bytes. */
  heap: number;
  /** Bytes. */
  rss: number;
}

const app = await createService({ modelRegistryUrl: process.argv[2]!, log: createLogger("prediction-service") });
await app.listen({ host: "127.0.0.1", port: 0 });
process.send!({ port: (app.server.address() as AddressInfo).port });
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  global.gc!();
  const { heapUsed, rss } = process.memoryUsage();
  process.send!({ cpuMs: (user + system) / 1000, heap: heapUsed, rss } satisfies Usage);
});
process.on("disconnect", () => process.exit());
