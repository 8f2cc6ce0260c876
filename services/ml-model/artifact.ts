import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { encodedWidth } from "./encoding.ts";

/** Identifies this format in the model registry. A change that older readers would misread gets a new number. */
export const artifactFormat = "chatdb-model/1";

/** A column of numbers, standardised to (value - mean) / scale; a missing value counts as the mean. */
const numberFeature = z.object({
  kind: z.literal("number"),
  name: z.string(),
  mean: z.number(),
  scale: z.number().positive(),
  required: z.boolean(),
});

/** A column of words, one-hot over `categories`; a missing value is all zeros, as is any other value where `open`. */
const categoryFeature = z.object({
  kind: z.literal("category"),
  name: z.string(),
  categories: z.array(z.string()),
  open: z.boolean(),
  required: z.boolean(),
});

export const feature = z.discriminatedUnion("kind", [numberFeature, categoryFeature]);
export type Feature = z.infer<typeof feature>;

const common = { format: z.literal(artifactFormat), target: z.string(), features: z.array(feature).min(1) };

/** y = intercept + weights . x */
const linearRegression = z
  .object({ family: z.literal("linear-regression"), ...common, intercept: z.number(), weights: z.array(z.number()) })
  .refine((model) => model.weights.length === encodedWidth(model.features), "weights do not fit the features");

/** P(class k) = softmax over k of intercepts[k] + weights[k] . x */
const logisticRegression = z
  .object({
    family: z.literal("logistic-regression"),
    ...common,
    classes: z.array(z.string()).min(2),
    intercepts: z.array(z.number()),
    weights: z.array(z.array(z.number())),
  })
  .refine(
    (model) =>
      model.intercepts.length === model.classes.length &&
      model.weights.length === model.classes.length &&
      model.weights.every((row) => row.length === encodedWidth(model.features)),
    "weights do not fit the classes and features",
  );

/** A trained model: everything that a prediction needs, and nothing of when or where it was trained. */
export const modelArtifact = z.union([linearRegression, logisticRegression]);
export type ModelArtifact = z.infer<typeof modelArtifact>;
export type LinearRegression = z.infer<typeof linearRegression>;
export type LogisticRegression = z.infer<typeof logisticRegression>;

/** The artifact as bytes; equal artifacts give equal bytes. */
export function serializeArtifact(artifact: ModelArtifact): Buffer {
  return Buffer.from(canonicalJson(artifact) + "\n", "utf8");
}

/** Reads an artifact's bytes. Throws an Error that says what is wrong with them. */
export function parseArtifact(bytes: Buffer): ModelArtifact {
  const result = modelArtifact.safeParse(JSON.parse(bytes.toString("utf8")));
  if (!result.success) throw new Error(`This is not a model in the format ${artifactFormat}: ${z.prettifyError(result.error)}`);
  return result.data;
}
