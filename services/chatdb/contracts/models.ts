import { z } from "zod";
import { datasetLocation, sha256 } from "./datasets.ts";
import { trainingParameters } from "./training-parameters.ts";

/** Name of a model. It is a path segment, an object key and a label, so it is lower-case and short. */
export const modelName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,79}$/,
    "must be 1 to 80 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit",
  )
  .describe("Name of a model, for example house-prices");

/** Names the model of a data source's questions. The parser uses its latest version. */
export const questionModelName = (datasource: string) => `${questionModelPrefix}${datasource}`;
export const questionModelPrefix = "questions-";

/** A whole number from 1 on. */
export const versionNumber = z.int().positive();

export const modelReference = z.object({ name: modelName, version: versionNumber });
export type ModelReference = z.infer<typeof modelReference>;

/** Stage of a version. At most one version of a model is in production, and one in staging. */
export const stage = z.enum(["none", "staging", "production", "archived"]);
export type Stage = z.infer<typeof stage>;

/** Reference to a version in a path or request: a number, `latest`, or a stage. */
export const versionReference = z.union([
  z.enum(["latest", "staging", "production"]),
  z.coerce.number().pipe(versionNumber),
]);
export type VersionReference = z.infer<typeof versionReference>;

/** Measurements on held-out rows by name: r2, rmse and mae, or accuracy, log_loss and f1, and the numbers of rows. */
export const metrics = z.record(z.string(), z.number());
export type Metrics = z.infer<typeof metrics>;

/** Evaluation on held-out rows besides the metrics. */
export const evaluation = z.object({
  confusion: z
    .object({
      classes: z.array(z.string()),
      counts: z.array(z.array(z.int().nonnegative())).describe("By actual class, then by predicted class"),
    })
    .optional()
    .describe("For a classification"),
  points: z
    .array(z.object({ actual: z.number(), predicted: z.number() }))
    .max(200)
    .optional()
    .describe("For a regression: a sample of held-out rows"),
  importance: z
    .array(z.object({ feature: z.string(), importance: z.number() }))
    .optional()
    .describe(
      "Loss of score (r2 or accuracy) if the feature's values are shuffled among the held-out rows; the largest first",
    ),
  curve: z
    .array(z.object({ round: z.int().positive(), training: z.number(), held_out: z.number() }))
    .max(200)
    .optional()
    .describe("For boosted trees: loss by round"),
});
export type Evaluation = z.infer<typeof evaluation>;

/** The inputs of a version's training. */
export const lineage = z.object({
  dataset_location: datasetLocation,
  dataset_sha256: sha256,
  target: z.string(),
  parameters: trainingParameters,
  code_version: z.string().max(128).optional().describe("Version of the program that trained it"),
});
export type Lineage = z.infer<typeof lineage>;

/** Description of an imported ONNX file. */
export const importedModel = z.object({
  target: z.string(),
  features: z.array(z.string()).describe("In the file's order: columns of its matrix, or inputs"),
  classes: z.array(z.string()).optional().describe("For a classification, in the order of its probabilities"),
});
export type ImportedModel = z.infer<typeof importedModel>;

/** Format of an imported ONNX file, which is stored unchanged. */
export const onnxFormat = "onnx";

const names = z
  .string()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .pipe(
    z
      .array(z.string().min(1, "a name is missing").max(200))
      .max(10_000)
      .refine((all) => new Set(all).size === all.length, "a name is repeated"),
  );

/** Query of `POST /models/:name/import`, whose body is the file (application/octet-stream). It is idempotent. */
export const importQuery = z.strictObject({
  target: z.string().min(1).max(200).default("prediction").describe("Name of the prediction"),
  features: names
    .optional()
    .describe(
      "Comma-separated names of the columns. Default for a file with one matrix: x1, x2 and so on; else the names of the inputs",
    ),
  classes: names
    .optional()
    .describe("Comma-separated classes in the order of the probabilities; required if the file does not name them"),
});
export type ImportQuery = z.infer<typeof importQuery>;

/** Body of `POST /models`: registers bytes that were uploaded to `/models/:name/artifacts/:sha256` before. */
export const modelRegistration = z.strictObject({
  name: modelName,
  job_id: z.string().min(1).max(128).describe("Makes the call idempotent: one job makes one version of a model"),
  sha256,
  format: z.string().min(1).max(64).describe("Format of the artifact, for example chatdb-model/1"),
  metrics: metrics.default({}),
  evaluation: evaluation.optional(),
  lineage: lineage.optional(),
});
export type ModelRegistration = z.infer<typeof modelRegistration>;

/** Answer of `GET /models/:name/:version`. A version is immutable, except for its stage. */
export const modelVersion = z.object({
  name: modelName,
  version: versionNumber,
  stage: stage.default("none"),
  job_id: z.string(),
  sha256,
  bytes: z.int().nonnegative(),
  format: z.string(),
  metrics,
  evaluation: evaluation.optional(),
  lineage: lineage.optional(),
  imported: importedModel.optional().describe("For the format onnx"),
  created_at: z.iso.datetime(),
});
export type ModelVersion = z.infer<typeof modelVersion>;

/** Answer of `GET /models/:name`: newest first. */
export const modelVersionList = z.object({ name: modelName, versions: z.array(modelVersion) });

/** Answer of `GET /models`, by name. */
export const modelList = z.object({
  models: z.array(
    z.object({
      name: modelName,
      latest_version: versionNumber,
      production_version: versionNumber.optional(),
      staging_version: versionNumber.optional(),
      updated_at: z.iso.datetime(),
    }),
  ),
});

/** Body of `POST /models/:name/:version/stage`. A move to production archives the former production version. */
export const stageChange = z.strictObject({ stage });

/** Answer of `GET /models/:name/history`: newest first. */
export const stageHistory = z.object({
  name: modelName,
  changes: z.array(
    z.object({
      version: versionNumber,
      from: stage,
      to: stage,
      rollback: z.boolean().describe("Whether it was a roll-back"),
      by: z.string().optional().describe("User who requested it, if users sign in"),
      at: z.iso.datetime(),
    }),
  ),
});
export type StageHistory = z.infer<typeof stageHistory>;

/** Answer of `GET /models/:name/compare?from=1&to=2`. */
export const comparison = z.object({
  from: modelVersion,
  to: modelVersion,
  metrics: z.array(
    z.object({
      name: z.string(),
      from: z.number().optional(),
      to: z.number().optional(),
      difference: z.number().optional(),
    }),
  ),
  same_dataset: z.boolean(),
  changed_parameters: z.array(z.object({ name: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
});
export type Comparison = z.infer<typeof comparison>;

/** Answer of `PUT /models/:name/artifacts/:sha256`. */
export const artifactStored = z.object({ sha256, bytes: z.int().nonnegative() });

/** Query of `GET /models/:name/:version/artifact`. */
export const artifactQuery = z.object({
  format: z.enum(["onnx"]).optional().describe("Default: the registered bytes"),
});

/** Answer of the registry's `POST /artifacts/collect`: keys of the unreferenced objects that were removed. */
export const artifactsCollected = z.object({ removed: z.array(z.string()), bytes: z.int().nonnegative() });
export type ArtifactsCollected = z.infer<typeof artifactsCollected>;
