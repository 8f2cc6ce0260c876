import { randomUUID } from "node:crypto";
import { families } from "@chatdb/contracts/families.ts";
import { queryEvent } from "@chatdb/contracts/query.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { followerGroup, groupOf } from "@platform/kit/consumer-group.ts";
import { AddressRules, privateRanges, type AddressRulesOptions } from "@platform/kit/address-rules.ts";
import type { EventBus, IncomingEvent } from "@platform/kit/event-bus.ts";
import { createHttpClient } from "@platform/kit/http-client.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { createServer } from "@platform/kit/server.ts";
import { artifactFormat } from "@chatdb/ml-model/artifact.ts";
import { questionModelFormat } from "@chatdb/query-parser/learned/question-model.ts";
import type { FastifyInstance } from "fastify";
import { Checkpoints } from "./checkpoints.ts";
import { createFeedbackKeeper } from "./feedback.ts";
import { createJobRunner } from "./job-runner.ts";
import { createMetrics } from "./metrics.ts";
import packageJson from "./package.json" with { type: "json" };
import { createRegistry } from "./registry.ts";
import { Stops } from "./stops.ts";
import { mostValues } from "./training/room.ts";

const { version } = packageJson;

export interface Deps {
  bus: EventBus;
  objects: ObjectStore;
  datasetsBucket: string;
  /** Where what people say about answers is kept. */
  feedbackBucket: string;
  /** Where it is kept how far trainings have come. */
  checkpointsBucket: string;
  modelRegistryUrl: string;
  /** Tells of the data sources that questions are about; asked when a job needs it, so it may be down until then. */
  dbConnectorUrl: string;
  /** Jobs at a time. Default 2. */
  concurrency?: number;
  /** Heap of one training, MiB. Default 192. */
  trainingMemoryMb?: number;
  /** Of one dataset, bytes. Default 64 MiB. */
  maxDatasetBytes?: number;
  /** What this process may take before it is killed, bytes: datasets are to leave room for one another. Default: as much as there is. */
  memoryBytes?: number | undefined;
  /** Where datasets may be that are named by https:// or http://. Default: nowhere. */
  webDatasets?: Pick<AddressRulesOptions, "ranges" | "except" | "ports" | "apiServer">;
  /** Milliseconds between two states of a training that are kept. Default 5000. */
  checkpointMs?: number;
  /** Tells the sources of this program from others of the same version, in what models are said to be made by. Default: none. */
  sourceTag?: string | undefined;
  log?: Logger;
}

/** Trains models: takes jobs from Kafka, reads their datasets, registers what was learned, and says how it went. */
export function createService(deps: Deps): Promise<FastifyInstance> {
  const {
    bus,
    objects,
    concurrency = 2,
    trainingMemoryMb = 192,
    maxDatasetBytes = 64 * 2 ** 20,
    memoryBytes = Infinity,
    checkpointMs = 5000,
    log = createLogger("ml-engine"),
  } = deps;
  const http = createHttpClient(deps.modelRegistryUrl, { timeoutMs: 10_000 });
  const closing = new AbortController();
  const app = createServer({
    name: "ml-engine",
    description: "Trains models from datasets, and how data sources are asked from questions.",
    log,
    checks: { eventBus: () => bus.ping(), subscriptions: () => subscriptions },
  });
  const metrics = createMetrics(app.metrics);
  const codeVersion = deps.sourceTag === undefined ? version : `${version}+${deps.sourceTag}`;
  const checkpoints = new Checkpoints({ objects, bucket: deps.checkpointsBucket, log });
  const stops = new Stops(log);
  const jobRunner = createJobRunner({
    bus,
    datasets: {
      objects,
      buckets: [deps.datasetsBucket, deps.feedbackBucket],
      maxBytes: maxDatasetBytes,
      web: new AddressRules({ what: "datasets", setting: "webDatasets", delicate: privateRanges, ...deps.webDatasets }),
      dbConnectorUrl: deps.dbConnectorUrl,
    },
    registry: createRegistry(http, codeVersion),
    checkpoints,
    stops,
    metrics,
    codeVersion,
    checkpointMs,
    memoryMb: trainingMemoryMb,
    maxValues: mostValues(memoryBytes, concurrency),
    signal: closing.signal,
    log,
  });
  const countQuestion = (value: unknown) =>
    metrics.questions.inc({ outcome: queryEvent.safeParse(value).data?.outcome ?? "unknown" });
  const subscribe = (
    topic: string,
    handle: (event: IncomingEvent) => Promise<void>,
    group = groupOf("ml-engine", topic),
  ) => bus.subscribe({ group, topics: [topic], handle });
  const keepFeedback = createFeedbackKeeper({ objects, bucket: deps.feedbackBucket, metrics, log });
  // Not awaited: joining a group takes seconds, in which the process can answer its probes. Readiness tells.
  const subscriptions = Promise.all([
    bus.subscribe({
      group: groupOf("ml-engine", topics.trainingJobs),
      topics: [topics.trainingJobs],
      concurrency,
      ...jobRunner,
    }),
    // A group of its own: every engine hears of every stop, also of those that were before it came.
    subscribe(
      topics.trainingControl,
      ({ value }) => Promise.resolve(stops.take(value)),
      followerGroup("ml-engine", topics.trainingControl, randomUUID()),
    ),
    subscribe(topics.queryEvents, ({ value }) => Promise.resolve(countQuestion(value))),
    subscribe(topics.queryFeedback, ({ value }) => keepFeedback(value)),
  ]);
  subscriptions.catch((err: unknown) => log.fatal({ err }, "could not subscribe"));
  checkpoints.removeOld().catch((err: unknown) => log.warn({ err }, "old checkpoints are left"));
  // Before the bus is closed, which waits for its handlers.
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  app.addHook("onClose", () => http.close());
  app.get("/", { schema: { description: "What this engine can do" } }, () => ({
    service: "ml-engine",
    families: [...families, "questions"],
    formats: [artifactFormat, questionModelFormat],
    concurrency,
    max_dataset_bytes: maxDatasetBytes,
    datasets: ["s3", "https", "http", "query"],
    feedback: `s3://${deps.feedbackBucket}/<data source>/`,
  }));
  return Promise.resolve(app);
}
