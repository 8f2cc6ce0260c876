/**
 * Runs an engine in a process of its own, which tests kill. It takes settings and a job as JSON arguments, publishes
 * the job to itself on an in-memory bus, and prints each event about it as a line of JSON.
 */
import { topics } from "@chatdb/contracts/topics.ts";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { createService } from "@chatdb/ml-engine/service.ts";

const [settings, job] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown) as [
  { folder: string; modelRegistryUrl: string; checkpointMs: number },
  { job_id: string },
];
const { folder, ...deps } = settings;
const bus = createMemoryEventBus();
await bus.subscribe({
  group: "printed",
  topics: [topics.trainingEvents],
  handle: ({ value }) => Promise.resolve(void process.stdout.write(`${JSON.stringify(value)}\n`)),
});
await createService({
  bus,
  objects: createDirectoryObjectStore(folder),
  datasetsBucket: "datasets",
  feedbackBucket: "feedback",
  checkpointsBucket: "checkpoints",
  dbConnectorUrl: "http://127.0.0.1:1",
  log: createLogger("engine", "error"),
  ...deps,
});
await bus.publish(topics.trainingJobs, [{ key: job.job_id, value: job }]);
// Nothing listens, so a timer keeps the process alive until the parent ends it.
setInterval(() => undefined, 60_000);
