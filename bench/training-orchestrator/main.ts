import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { openDatabase, ignoreBrokenClients } from "@platform/kit/database.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import type { OrchestratorTables } from "@chatdb/training-orchestrator/tables.ts";
import { createService } from "@chatdb/training-orchestrator/service.ts";
import pg from "pg";
import { tryPostgresql } from "../../tests/services/support/postgresql.ts";
import { quantile, type Figure } from "../figures.ts";
import type { Load, Taken } from "./load.ts";

const seconds = 10;
const connections = 64;

/**
 * Measures how many jobs the orchestrator accepts over HTTP, with a PostgreSQL on this machine that flushes each commit
 * to disk, and a bus in memory: first saturated by connections that wait for their answers, then at the target rate.
 */
export async function orchestratorFigures(): Promise<Figure[]> {
  const server = await tryPostgresql({ durable: true });
  if (typeof server === "string") {
    process.stderr.write(`training-orchestrator is left out: ${server}\n`);
    return [];
  }
  const { host, port, database } = server.settings;
  const pool = new pg.Pool({ host, port, database, user: "admin", max: 10 });
  ignoreBrokenClients(pool);
  const bus = createMemoryEventBus();
  const app = await createService({
    db: openDatabase<OrchestratorTables>(pool),
    bus,
    log: createLogger("bench", "silent"),
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/jobs`;

  await put({ url, connections, seconds: 3 });
  const before = process.threadCpuUsage();
  const saturated = await put({ url, connections, seconds });
  const { user, system } = process.threadCpuUsage(before);
  const steady = await put({ url, connections, seconds, perSecond: 500 });
  const { rows } = await pool.query<{ jobs: number }>("select count(*)::integer as jobs from jobs");
  await app.close();
  await bus.close();
  await pool.end();
  await server.close();
  return [
    {
      what: `jobs accepted, ${connections} connections`,
      value: saturated.times.length / seconds,
      unit: "jobs a second",
      goal: { atLeast: 500 },
    },
    ...percentiles("the same", saturated.times),
    {
      what: "the same, the service's thread",
      value: (user + system) / 1000 / saturated.times.length,
      digits: 2,
      unit: "ms of CPU a job",
    },
    ...percentiles("at 500 jobs a second", steady.times),
    { what: "at 500 jobs a second, accepted", value: steady.times.length / seconds, unit: "jobs a second" },
    {
      what: "requests that were not accepted",
      value: saturated.refused + steady.refused,
      unit: "requests",
      goal: { atMost: 0 },
    },
    { what: "jobs on record", value: rows[0]!.jobs, unit: "jobs" },
  ];
}

function percentiles(what: string, times: readonly number[]): Figure[] {
  return [0.5, 0.99].map((share) => ({
    what: `${what}, p${share * 100}`,
    value: quantile(times, share),
    digits: 1,
    unit: "ms",
  }));
}

/** Runs the load in a thread of its own, so that it does not share the service's. */
async function put(load: Load): Promise<Taken> {
  const worker = new Worker(new URL("./load.ts", import.meta.url), { workerData: load });
  const [taken] = (await once(worker, "message")) as [Taken];
  return taken;
}
