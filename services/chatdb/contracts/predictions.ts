import { z } from "zod";
import { modelName, modelReference, versionReference } from "./models.ts";

const features = z.record(z.string(), z.unknown()).describe("Values by feature name, according to the model's schema");
const explain = z.boolean().default(false).describe("Whether to add the contribution of each feature");
const of = { model_name: modelName, version: versionReference.default("latest") };

/** Body of `POST /predict`. */
export const predictRequest = z.strictObject({ ...of, features, explain });

/** Upper limit of rows in a request. */
export const maxRows = 10_000;

/** Body of `POST /predict/batch`. */
export const predictBatchRequest = z.strictObject({ ...of, rows: z.array(features).min(1).max(maxRows), explain });

/** Contributions of the features to a base: to the number, or to the log-odds of the predicted class. */
export const explanation = z.object({
  base: z.number(),
  contributions: z
    .array(z.object({ feature: z.string(), contribution: z.number() }))
    .describe("The largest absolute value first"),
});
export type Explanation = z.infer<typeof explanation>;

const prediction = z.object({
  prediction: z.union([z.number(), z.string()]).describe("A number, or a class"),
  probabilities: z.record(z.string(), z.number()).optional().describe("Probability of each class"),
  explanation: explanation.optional(),
});

/** Answer of `POST /predict`. */
export const predictResponse = z.object({ ...prediction.shape, model: modelReference });
export type PredictResponse = z.infer<typeof predictResponse>;

/** Answer of `POST /predict/batch`, in the order of the rows, all by the same version. */
export const predictBatchResponse = z.object({ predictions: z.array(prediction), model: modelReference });
export type PredictBatchResponse = z.infer<typeof predictBatchResponse>;

/** Answer of `GET /predict/schema?model_name=…&version=…`: the input of a model. */
export const modelSchema = z.object({
  model: modelReference,
  family: z.string(),
  target: z.string(),
  classes: z.array(z.string()).optional(),
  explains: z.boolean().describe("Whether its predictions can be explained"),
  features: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["number", "category", "text"]),
      required: z.boolean(),
      typical: z.union([z.number(), z.string()]).optional().describe("The mean, or the first category"),
      categories: z.array(z.string()).optional(),
    }),
  ),
});
export type ModelSchema = z.infer<typeof modelSchema>;
