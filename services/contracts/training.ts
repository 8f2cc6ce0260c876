import { z } from "zod";

/** A model's name: a path segment, an object key and a label alike, so lower case and short. */
export const ModelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be 1 to 63 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit")
  .describe("Name of a model, for example house-prices");

/** A dataset's name, which is its key in the datasets bucket. */
export const DatasetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, "must be 1 to 128 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit")
  .describe("Name of a dataset, for example houses.csv");

/** Where a dataset lies: `s3://<bucket>/<key>`. */
export const DatasetLocation = z
  .string()
  .max(1024)
  .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\s/][^\s]*$/, "must read s3://<bucket>/<key>")
  .describe("s3://<bucket>/<key> of a CSV file with a header row");

/** A whole number from 1 on. */
export const VersionNumber = z.int().positive();

/** A version as it stands in a path or a request: a number, or `latest`. */
export const VersionReference = z.union([z.literal("latest"), z.coerce.number().pipe(VersionNumber)]);
export type VersionReference = z.infer<typeof VersionReference>;

export const JobId = z.uuid();

/** What a caller may tune; whatever is left out is chosen from the data. */
export const TrainingParameters = z.strictObject({
  task: z.enum(["regression", "classification"]).optional()
    .describe("Default: regression where the target is numeric with many distinct values, else classification"),
  l2: z.number().nonnegative().optional()
    .describe("Ridge penalty on standardised features. Default 1e-8 per row for regression, 1 for classification"),
  test_fraction: z.number().gt(0).lt(1).optional().describe("Share of rows held out for the metrics. Default 0.2"),
  seed: z.int().nonnegative().max(0xffffffff).optional().describe("Seed of the held-out split. Default 1"),
  max_iterations: z.int().positive().max(10_000).optional().describe("Limit of the optimiser, classification only. Default 500"),
});
export type TrainingParameters = z.infer<typeof TrainingParameters>;

/** Body of `POST /jobs`. */
export const JobRequest = z.strictObject({
  model_name: ModelName,
  dataset_location: DatasetLocation,
  target: z.string().min(1).max(256).optional().describe("Column to predict. Default: the one named target, else the last"),
  parameters: TrainingParameters.default({}),
});
export type JobRequest = z.infer<typeof JobRequest>;

/** Event on `training-jobs`. */
export const TrainingJob = z.object({ job_id: JobId, ...JobRequest.shape });
export type TrainingJob = z.infer<typeof TrainingJob>;

/** Held-out measures by name: r2 and rmse, or accuracy and log_loss, with the numbers of rows. */
export const Metrics = z.record(z.string(), z.number());
export type Metrics = z.infer<typeof Metrics>;

export const ModelReference = z.object({ name: ModelName, version: VersionNumber });
export type ModelReference = z.infer<typeof ModelReference>;

const at = z.iso.datetime().describe("When the engine saw it, UTC");

/** Event on `training-events`. They may come twice or out of order. */
export const TrainingEvent = z.discriminatedUnion("status", [
  z.object({ job_id: JobId, status: z.literal("running"), at }),
  z.object({ job_id: JobId, status: z.literal("succeeded"), model: ModelReference, metrics: Metrics, at }),
  z.object({ job_id: JobId, status: z.literal("failed"), error: z.string().min(1), at }),
]);
export type TrainingEvent = z.infer<typeof TrainingEvent>;

export const JobStatus = z.enum(["queued", "running", "succeeded", "failed"]);
export type JobStatus = z.infer<typeof JobStatus>;

/** Answer of `POST /jobs`: the job is on record and will run. */
export const JobAccepted = z.object({ job_id: JobId, status: JobStatus });

/** Answer of `GET /jobs/:id`. */
export const Job = z.object({
  job_id: JobId,
  ...JobRequest.shape,
  status: JobStatus,
  model: ModelReference.optional(),
  metrics: Metrics.optional(),
  error: z.string().optional().describe("Why it failed, for people"),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().optional(),
  finished_at: z.iso.datetime().optional(),
});
export type Job = z.infer<typeof Job>;

/** Answer of `GET /jobs`: newest first. */
export const JobList = z.object({ jobs: z.array(Job) });

/** Lower-case hexadecimal SHA-256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");

/** What a version was made from. */
export const Lineage = z.object({
  dataset_location: DatasetLocation,
  dataset_sha256: Sha256,
  target: z.string(),
  parameters: TrainingParameters,
});
export type Lineage = z.infer<typeof Lineage>;

/** Body of `POST /models`: registers bytes that were put to `/models/:name/artifacts/:sha256` before. */
export const ModelRegistration = z.strictObject({
  name: ModelName,
  job_id: z.string().min(1).max(128).describe("Makes the call idempotent: one job gives one version of a model"),
  sha256: Sha256,
  format: z.string().min(1).max(64).describe("Format of the artifact, for example chatdb-model/1"),
  metrics: Metrics.default({}),
  lineage: Lineage.optional(),
});
export type ModelRegistration = z.infer<typeof ModelRegistration>;

/** Answer of `GET /models/:name/:version`. A version never changes. */
export const ModelVersion = z.object({
  name: ModelName,
  version: VersionNumber,
  job_id: z.string(),
  sha256: Sha256,
  bytes: z.int().nonnegative(),
  format: z.string(),
  metrics: Metrics,
  lineage: Lineage.optional(),
  created_at: z.iso.datetime(),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

/** Answer of `GET /models/:name`: newest first. */
export const ModelVersionList = z.object({ name: ModelName, versions: z.array(ModelVersion) });

/** Answer of `GET /models`, by name. */
export const ModelList = z.object({
  models: z.array(z.object({ name: ModelName, latest_version: VersionNumber, updated_at: z.iso.datetime() })),
});

/** Answer of `PUT /datasets/:name`, and an entry of `GET /datasets`. */
export const Dataset = z.object({
  name: DatasetName,
  location: DatasetLocation,
  bytes: z.int().nonnegative(),
  sha256: Sha256.optional().describe("Given in the answer to an upload"),
});
export const DatasetList = z.object({ datasets: z.array(Dataset) });

/** Answer of `PUT /models/:name/artifacts/:sha256`. */
export const ArtifactStored = z.object({ sha256: Sha256, bytes: z.int().nonnegative() });

/** Body of `POST /predict`. */
export const PredictRequest = z.strictObject({
  model_name: ModelName,
  version: VersionReference.default("latest"),
  features: z.record(z.string(), z.unknown()).describe("Value by feature name, as the model's schema asks"),
});

/** Answer of `POST /predict`: a number, or a class with the probability of each class. */
export const PredictResponse = z.object({
  prediction: z.union([z.number(), z.string()]),
  probabilities: z.record(z.string(), z.number()).optional(),
  model: ModelReference,
});
export type PredictResponse = z.infer<typeof PredictResponse>;
