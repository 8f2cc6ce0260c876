import type { Job } from "@chatdb/contracts/jobs.ts";
import type { ModelVersion } from "@chatdb/contracts/models.ts";
import { createHash } from "node:crypto";
import { expectedTarget, linearCsv, target } from "../dataset.ts";
import type { Gateway } from "../gateway.ts";
import { expect, waitUntil, type ScenarioDefinition } from "../scenario.ts";

const [submit, queue, process, store, validate] = [
  "Submit training job",
  "Queue job in Kafka",
  "Process training",
  "Store model in registry",
  "Validate model metadata",
] as const;

// Constant names, so that runs replace each other's data.
const datasetName = "test-service-pipeline.csv";
const modelName = "test-service-pipeline";

/** "ML Training Pipeline": a dataset becomes a model that predicts, and all services report the same facts. */
export function trainingPipeline(gateway: Gateway): ScenarioDefinition {
  return {
    name: "ML Training Pipeline",
    steps: [submit, queue, process, store, validate],
    async run(step) {
      const csv = linearCsv(400);
      let location = "";
      let id = "";
      let done: Job;
      let model: ModelVersion;

      await step(submit, async () => {
        location = (await gateway.upload(datasetName, csv)).location;
        const accepted = await gateway.submit({ model_name: modelName, dataset_location: location, target });
        id = accepted.job_id;
        return { dataset: location, bytes: csv.length, job_id: id, status: accepted.status };
      });
      await step(queue, async () => {
        // Engines get jobs only from Kafka, so a started job went through it.
        const { created_at, started_at } = await waitUntil(
          "an engine takes the job",
          () => gateway.job(id),
          (job) => job.started_at !== undefined,
        );
        return { created_at, started_at: started_at!, queued_ms: Date.parse(started_at!) - Date.parse(created_at) };
      });
      await step(process, async () => {
        done = await waitUntil(
          "the job ends",
          () => gateway.job(id),
          ({ status }) => status === "succeeded" || status === "failed",
        );
        expect(done.status === "succeeded", `the job failed: ${done.error}`);
        return { training_ms: Date.parse(done.finished_at!) - Date.parse(done.started_at!), metrics: done.metrics! };
      });
      await step(store, async () => {
        const { name, version } = done.model!;
        model = await gateway.version(name, version);
        const artifact = await gateway.artifact(name, version);
        const sha256 = createHash("sha256").update(artifact).digest("hex");
        expect(
          sha256 === model.sha256 && artifact.length === model.bytes,
          "the stored bytes are not those that were registered",
          { sha256, registered: model.sha256 },
        );
        return { model: name, version, bytes: model.bytes, sha256, format: model.format };
      });
      await step(validate, async () => {
        checkLineage(model, { csv, location, job: done });
        const { prediction } = await gateway.predict(model.name, model.version, { a: 7, b: 4 });
        const right = expectedTarget(7, 4);
        expect(Math.abs(Number(prediction) - right) < 0.1, "the model predicts wrongly", { prediction, right });
        return { r2: model.metrics.r2!, dataset_sha256: model.lineage!.dataset_sha256, prediction, right };
      });
    },
  };
}

function checkLineage(model: ModelVersion, { csv, location, job }: { csv: string; location: string; job: Job }): void {
  const { lineage, metrics } = model;
  const digest = createHash("sha256").update(csv).digest("hex");
  expect(model.job_id === job.job_id, "the model names another job", { job_id: model.job_id });
  expect(
    lineage?.dataset_location === location && lineage.dataset_sha256 === digest,
    "the model names another dataset",
    { lineage: lineage ?? null },
  );
  expect(
    JSON.stringify(metrics) === JSON.stringify(job.metrics),
    "registry and orchestrator report different metrics",
    { registry: metrics },
  );
  expect((metrics.r2 ?? 0) > 0.999, "the data is a straight line, which the model should have found", { metrics });
}
