import { queryEvent } from "@chatdb/contracts/query.ts";
import { groupOf, topics } from "@chatdb/contracts/topics.ts";
import type { EventBus } from "@chatdb/kit/event-bus.ts";
import { createHttpClient } from "@chatdb/kit/http-client.ts";
import { createLogger, type Logger } from "@chatdb/kit/log.ts";
import type { ObjectStore } from "@chatdb/kit/object-store.ts";
import { createServer } from "@chatdb/kit/server.ts";
import { artifactFormat } from "@chatdb/ml-model/artifact.ts";
import type { FastifyInstance } from "fastify";
import { createJobRunner } from "./job-runner.ts";
import { createMetrics } from "./metrics.ts";
import { createRegistry } from "./registry.ts";

export interface Deps {
  bus: EventBus;
  objects: ObjectStore;
  datasetsBucket: string;
  modelRegistryUrl: string;
  /** Jobs at a time. Default 2. */
  concurrency?: number;
  /** Heap of one training, MiB. Default 256. */
  trainingMemoryMb?: number;
  /** Of one dataset, bytes. Default 64 MiB. */
  maxDatasetBytes?: number;
  log?: Logger;
}

/** Trains models: takes jobs from Kafka, reads their datasets, registers what was learned, and says how it went. */
export function createService(deps: Deps): Promise<FastifyInstance> {
  const { bus, objects, concurrency = 2, trainingMemoryMb = 256, maxDatasetBytes = 64 * 2 ** 20, log = createLogger("ml-engine") } = deps;
  const http = createHttpClient(deps.modelRegistryUrl, { timeoutMs: 10_000 });
  const closing = new AbortController();
  const app = createServer({
    name: "ml-engine",
    description: "Trains models from CSV datasets.",
    log,
    checks: { eventBus: () => bus.ping(), subscriptions: () => subscriptions },
  });
  const metrics = createMetrics(app.metrics);
  const runJob = createJobRunner({
    bus,
    datasets: { objects, bucket: deps.datasetsBucket, maxBytes: maxDatasetBytes },
    registry: createRegistry(http),
    metrics,
    memoryMb: trainingMemoryMb,
    signal: closing.signal,
    log,
  });
  const countQuestion = (value: unknown) => metrics.questions.inc({ outcome: queryEvent.safeParse(value).data?.outcome ?? "unknown" });
  const subscribe = (topic: string, handle: (value: unknown) => Promise<void>, concurrency?: number) =>
    bus.subscribe({ group: groupOf("ml-engine", topic), topics: [topic], concurrency, handle: ({ value }) => handle(value) });
  // Not awaited: joining a group takes seconds, in which the process can answer its probes. Readiness tells.
  const subscriptions = Promise.all([
    subscribe(topics.trainingJobs, runJob, concurrency),
    subscribe(topics.queryEvents, (value) => Promise.resolve(countQuestion(value))),
  ]);
  subscriptions.catch((err: unknown) => log.fatal({ err }, "could not subscribe"));
  // Before the bus is closed, which waits for its handlers.
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  app.addHook("onClose", () => http.close());
  app.get("/", { schema: { description: "What this engine can do" } }, () => ({
    service: "ml-engine",
    families: ["linear-regression", "logistic-regression"],
    format: artifactFormat,
    concurrency,
    max_dataset_bytes: maxDatasetBytes,
  }));
  return Promise.resolve(app);
}
