import { families } from "@chatdb/contracts/families.ts";
import { AddressRules, privateRanges, type AddressRulesOptions } from "@platform/kit/address-rules.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { createServer } from "@platform/kit/server.ts";
import { artifactFormat } from "@chatdb/ml-model/artifact.ts";
import { questionModelFormat } from "@chatdb/question-engine/question-model.ts";
import type { FastifyInstance } from "fastify";
import { Checkpoints } from "./checkpoints.ts";
import type { DatasetSources } from "./datasets/dataset-file.ts";
import { createJobRunner } from "./job-runner.ts";
import { createMetrics } from "./metrics.ts";
import packageJson from "./package.json" with { type: "json" };
import { createRegistry } from "./registry.ts";
import { Cancellations } from "./cancellations.ts";
import { subscribe } from "./subscriptions.ts";
import { maxDatasetValues } from "./training/memory-budget.ts";

const { version } = packageJson;

export interface Deps {
  bus: EventBus;
  objects: ObjectStore;
  datasetsBucket: string;
  /** Holds the feedback on answers. */
  feedbackBucket: string;
  /** Holds the state of unfinished trainings. */
  checkpointsBucket: string;
  modelRegistryUrl: string;
  /**
   * Describes the data sources that questions are about. Called only when a job needs it, so it may be down until then.
   */
  dbConnectorUrl: string;
  /** Jobs that run at the same time. Default 2. */
  jobsPerEngine?: number;
  /** Heap limit of one job, MiB. Default 192. */
  memoryPerJobMib?: number;
  /** Upper limit of one dataset, bytes. Default 64 MiB. */
  maxDatasetBytes?: number;
  /** Memory limit of this process, bytes: it bounds the datasets in memory. Default: no limit. */
  memoryBytes?: number | undefined;
  /** Addresses from which https:// and http:// datasets may be read. Default: none. */
  webDatasets?: Pick<AddressRulesOptions, "ranges" | "except" | "ports" | "apiServer">;
  /** Time between two checkpoints of a training, milliseconds. Default 5000. */
  checkpointMs?: number;
  /** Identifies the sources of this program in the lineage of models, besides its version. Default: none. */
  sourceTag?: string | undefined;
  log?: Logger;
}

/** Trains models: takes jobs from Kafka, reads their datasets, registers the models and publishes the outcomes. */
export function createService(deps: Deps): Promise<FastifyInstance> {
  const { bus, objects, jobsPerEngine = 2, maxDatasetBytes = 64 * 2 ** 20, log = createLogger("ml-engine") } = deps;
  const http = createHttpClient(deps.modelRegistryUrl, { timeoutMs: 10_000 });
  const closing = new AbortController();
  const app = createServer({
    name: "ml-engine",
    description: "Trains models from datasets, and how data sources are queried from questions.",
    log,
    checks: { eventBus: () => bus.ping(), subscriptions: () => subscriptions },
  });
  const metrics = createMetrics(app.metrics);
  const codeVersion = deps.sourceTag === undefined ? version : `${version}+${deps.sourceTag}`;
  const checkpoints = new Checkpoints({ objects, bucket: deps.checkpointsBucket, log });
  const cancellations = new Cancellations(log);
  const jobRunner = createJobRunner({
    bus,
    datasets: datasetSources(deps, maxDatasetBytes),
    registry: createRegistry(http, codeVersion),
    checkpoints,
    cancellations,
    metrics,
    codeVersion,
    checkpointMs: deps.checkpointMs ?? 5000,
    memoryPerJobMib: deps.memoryPerJobMib ?? 192,
    maxValues: maxDatasetValues(deps.memoryBytes ?? Infinity, jobsPerEngine),
    signal: closing.signal,
    log,
  });
  // Not awaited: joining a group takes seconds, in which the process must answer its probes. Readiness waits for it.
  const subscriptions = subscribe({ ...deps, jobsPerEngine, jobRunner, cancellations, metrics, log });
  subscriptions.catch((err: unknown) => log.fatal({ err }, "could not subscribe"));
  checkpoints.removeOld().catch((err: unknown) => log.warn({ err }, "could not remove old checkpoints"));
  // Aborts before the bus closes, since the bus waits for its handlers.
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  app.addHook("onClose", () => http.close());
  app.get("/", { schema: { description: "What this engine can do" } }, () => ({
    service: "ml-engine",
    families: [...families, "questions"],
    formats: [artifactFormat, questionModelFormat],
    concurrency: jobsPerEngine,
    max_dataset_bytes: maxDatasetBytes,
    datasets: ["s3", "https", "http", "query"],
    feedback: `s3://${deps.feedbackBucket}/<data source>/`,
  }));
  return Promise.resolve(app);
}

function datasetSources(deps: Deps, maxBytes: number): DatasetSources {
  const { objects, datasetsBucket, feedbackBucket, dbConnectorUrl, webDatasets } = deps;
  const web = new AddressRules({
    what: "datasets",
    setting: "chatdb:training.webDatasets",
    delicate: privateRanges,
    ...webDatasets,
  });
  return { objects, buckets: [datasetsBucket, feedbackBucket], maxBytes, web, dbConnectorUrl };
}
