import { z } from "zod";
import { dataSourceName } from "./data-source-name.ts";

/** A model's name: a path segment, an object key and a label alike, so lower case and short. */
export const modelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, "must be 1 to 80 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit")
  .describe("Name of a model, for example house-prices");

/** The model that is used for the questions about a data source: the latest version of the one of this name. */
export const questionModelName = (datasource: string) => `${questionModelPrefix}${datasource}`;
export const questionModelPrefix = "questions-";

/** A dataset's name, which is its key in the datasets bucket. */
export const datasetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, "must be 1 to 128 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit")
  .describe("Name of a dataset, for example houses.csv");

/** Where a dataset lies: `s3://<bucket>/<key>`. */
export const datasetLocation = z
  .string()
  .max(1024)
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\s/][^\s]*$/, "must read s3://<bucket>/<key>")
  .describe("s3://<bucket>/<key> of a CSV file with a header row; of questions one of JSON lines, or s3://<bucket>/<folder>/ of such files");

/** A whole number from 1 on. */
export const versionNumber = z.int().positive();

/** A version as it stands in a path or a request: a number, or `latest`. */
export const versionReference = z.union([z.literal("latest"), z.coerce.number().pipe(versionNumber)]);
export type VersionReference = z.infer<typeof versionReference>;

export const jobId = z.uuid();

/** What a caller may tune; whatever is left out is chosen from the data. */
const tunable = z.strictObject({
  task: z.enum(["regression", "classification", "questions"]).optional()
    .describe("Default: regression where the target is numeric with many distinct values, else classification; questions: how a data source is asked"),
  datasource: dataSourceName.optional().describe("Of questions: the data source that they ask"),
  l2: z.number().nonnegative().optional()
    .describe("Ridge penalty on standardised features. Default 1e-8 per row for regression, 1 for classification"),
  test_fraction: z.number().gt(0).lt(1).optional().describe("Share of rows held out for the metrics. Default 0.2"),
  seed: z.int().nonnegative().max(0xffffffff).optional().describe("Seed of the held-out split. Default 1"),
  max_iterations: z.int().positive().max(10_000).optional().describe("Limit of the optimiser, classification only. Default 500"),
});
export const trainingParameters = tunable
  .refine(({ task, datasource }) => (task === "questions") === (datasource !== undefined), { path: ["datasource"], error: "expected with the task questions, and with no other" })
  .refine(({ task, l2, max_iterations }) => task !== "questions" || (l2 === undefined && max_iterations === undefined), { error: "l2 and max_iterations are not for questions" });
export type TrainingParameters = z.infer<typeof trainingParameters>;

/** Body of `POST /jobs`. */
export const jobRequest = z.strictObject({
  model_name: modelName,
  dataset_location: datasetLocation,
  target: z.string().min(1).max(256).optional().describe("Column to predict. Default: the one named target, else the last"),
  parameters: trainingParameters.default({}),
});
export type JobRequest = z.infer<typeof jobRequest>;

/** Event on `training-jobs`. */
export const trainingJob = z.object({ job_id: jobId, ...jobRequest.shape });
export type TrainingJob = z.infer<typeof trainingJob>;

/** Held-out measures by name: r2 and rmse, or accuracy and log_loss, with the numbers of rows. */
export const metrics = z.record(z.string(), z.number());
export type Metrics = z.infer<typeof metrics>;

export const modelReference = z.object({ name: modelName, version: versionNumber });
export type ModelReference = z.infer<typeof modelReference>;

const at = z.iso.datetime().describe("When the engine saw it, UTC");

/** Event on `training-events`. They may come twice or out of order. */
export const trainingEvent = z.discriminatedUnion("status", [
  z.object({ job_id: jobId, status: z.literal("running"), at }),
  z.object({ job_id: jobId, status: z.literal("succeeded"), model: modelReference, metrics, at }),
  z.object({ job_id: jobId, status: z.literal("failed"), error: z.string().min(1), at }),
]);
export type TrainingEvent = z.infer<typeof trainingEvent>;

export const jobStatus = z.enum(["queued", "running", "succeeded", "failed"]);
export type JobStatus = z.infer<typeof jobStatus>;

/** Answer of `POST /jobs`: the job is on record and will run. */
export const jobAccepted = z.object({ job_id: jobId, status: jobStatus });

/** Answer of `GET /jobs/:id`. */
export const job = z.object({
  job_id: jobId,
  ...jobRequest.shape,
  status: jobStatus,
  model: modelReference.optional(),
  metrics: metrics.optional(),
  error: z.string().optional().describe("Why it failed, for people"),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().optional(),
  finished_at: z.iso.datetime().optional(),
});
export type Job = z.infer<typeof job>;

/** Answer of `GET /jobs`: newest first. */
export const jobList = z.object({ jobs: z.array(job) });

/** Lower-case hexadecimal SHA-256. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");

/** What a version was made from. */
export const lineage = z.object({
  dataset_location: datasetLocation,
  dataset_sha256: sha256,
  target: z.string(),
  parameters: trainingParameters,
});
export type Lineage = z.infer<typeof lineage>;

/** Body of `POST /models`: registers bytes that were put to `/models/:name/artifacts/:sha256` before. */
export const modelRegistration = z.strictObject({
  name: modelName,
  job_id: z.string().min(1).max(128).describe("Makes the call idempotent: one job gives one version of a model"),
  sha256,
  format: z.string().min(1).max(64).describe("Format of the artifact, for example chatdb-model/1"),
  metrics: metrics.default({}),
  lineage: lineage.optional(),
});
export type ModelRegistration = z.infer<typeof modelRegistration>;

/** Answer of `GET /models/:name/:version`. A version never changes. */
export const modelVersion = z.object({
  name: modelName,
  version: versionNumber,
  job_id: z.string(),
  sha256,
  bytes: z.int().nonnegative(),
  format: z.string(),
  metrics,
  lineage: lineage.optional(),
  created_at: z.iso.datetime(),
});
export type ModelVersion = z.infer<typeof modelVersion>;

/** Answer of `GET /models/:name`: newest first. */
export const modelVersionList = z.object({ name: modelName, versions: z.array(modelVersion) });

/** Answer of `GET /models`, by name. */
export const modelList = z.object({
  models: z.array(z.object({ name: modelName, latest_version: versionNumber, updated_at: z.iso.datetime() })),
});

/** Answer of `PUT /datasets/:name`, and an entry of `GET /datasets`. */
export const dataset = z.object({
  name: datasetName,
  location: datasetLocation,
  bytes: z.int().nonnegative(),
  sha256: sha256.optional().describe("Given in the answer to an upload"),
});
export const datasetList = z.object({ datasets: z.array(dataset) });

/** Answer of `PUT /models/:name/artifacts/:sha256`. */
export const artifactStored = z.object({ sha256, bytes: z.int().nonnegative() });

/** Body of `POST /predict`. */
export const predictRequest = z.strictObject({
  model_name: modelName,
  version: versionReference.default("latest"),
  features: z.record(z.string(), z.unknown()).describe("Value by feature name, as the model's schema asks"),
});

/** Answer of `POST /predict`: a number, or a class with the probability of each class. */
export const predictResponse = z.object({
  prediction: z.union([z.number(), z.string()]),
  probabilities: z.record(z.string(), z.number()).optional(),
  model: modelReference,
});
export type PredictResponse = z.infer<typeof predictResponse>;
