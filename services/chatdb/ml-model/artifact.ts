import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { encodedWidth } from "./encoding.ts";
import { tableFeature, textFeature } from "./feature.ts";
import { inconsistency, tree } from "./tree.ts";

/** Name of this format in the model registry. An incompatible change gets a new number. */
export const artifactFormat = "chatdb-model/1";

const common = { format: z.literal(artifactFormat), target: z.string() };
const table = { ...common, features: z.array(tableFeature).min(1) };
const classes = z.array(z.string()).min(2);

/** y = intercept + weights . x, where x is the row as encoding.ts encodes it */
const linearRegression = z
  .object({ family: z.literal("linear-regression"), ...table, intercept: z.number(), weights: z.array(z.number()) })
  .refine((model) => model.weights.length === encodedWidth(model.features), "weights do not fit the features");

const byClass = { classes, intercepts: z.array(z.number()), weights: z.array(z.array(z.number())) };

const fits = (model: { classes: string[]; intercepts: number[]; weights: number[][] }, width: number) =>
  model.intercepts.length === model.classes.length &&
  model.weights.length === model.classes.length &&
  model.weights.every((row) => row.length === width);

/** P(class k) = softmax over k of intercepts[k] + weights[k] . x, where x is the row as encoding.ts encodes it */
const logisticRegression = z
  .object({ family: z.literal("logistic-regression"), ...table, ...byClass })
  .refine((model) => fits(model, encodedWidth(model.features)), "weights do not fit the classes and features");

/**
 * Scores are the intercepts plus the values of the trees: tree n adds to score n % intercepts.length. Without classes
 * the single score is the prediction; for two classes the single score is the log-odds of the second one; for more,
 * each class has a score, and their softmax is its probability.
 */
const boostedTrees = z
  .object({
    family: z.literal("boosted-trees"),
    ...table,
    classes: classes.optional(),
    intercepts: z.array(z.number()).min(1),
    trees: z.array(tree),
  })
  .superRefine((model, context) => {
    if (model.intercepts.length !== scoresOf(model.classes))
      context.addIssue({ code: "custom", path: ["intercepts"], message: "do not fit the classes" });
    if (model.trees.length % model.intercepts.length !== 0)
      context.addIssue({ code: "custom", path: ["trees"], message: "are not as many for each score" });
    model.trees.forEach((each, n) => {
      const message = inconsistency(each, model.features);
      if (message !== undefined) context.addIssue({ code: "custom", path: ["trees", n], message });
    });
  });

/** Returns the number of scores of boosted trees for the classes; without classes there is one score. */
export const scoresOf = (classes: readonly string[] | undefined) =>
  classes === undefined || classes.length === 2 ? 1 : classes.length;

/**
 * The nearest `points` to a row, encoded as in encoding.ts, by Euclidean distance; ties go to the earlier point.
 * Without classes the prediction is the mean of their `answers`, else the majority class: answers are indices of
 * `classes`.
 */
const nearestNeighbours = z
  .object({
    family: z.literal("k-nearest-neighbours"),
    ...table,
    classes: classes.optional(),
    neighbours: z.int().positive().describe("Number of nearest points"),
    neighbour_weights: z
      .enum(["uniform", "distance"])
      .describe(
        "uniform: each counts for 1; distance: for 1 / its distance, and if some are at distance 0, they alone count",
      ),
    points: z.array(z.number()).describe("Encoded rows, one after another"),
    answers: z.array(z.number()).min(1),
  })
  .refine(
    (model) => model.points.length === model.answers.length * encodedWidth(model.features),
    "points do not fit the answers and features",
  )
  .refine(
    ({ classes, answers }) =>
      !classes || answers.every((answer) => Number.isInteger(answer) && answer >= 0 && answer < classes.length),
    "answers do not fit the classes",
  );

/** P(class k) = softmax over k of intercepts[k] + weights[k] . x, where x are the weights of its terms by terms.ts */
const textClassification = z
  .object({
    family: z.literal("text-classification"),
    ...common,
    features: z.tuple([textFeature]),
    ...byClass,
    terms: z.array(z.string()).min(1).describe("Words, and pairs of words with a space between"),
    rarity: z.array(z.number().positive()).describe("Inverse document frequency of each term"),
  })
  .refine(
    (model) => model.rarity.length === model.terms.length && fits(model, model.terms.length),
    "weights do not fit the classes and terms",
  );

/** A trained model: everything that a prediction needs, and nothing about its training. */
export const modelArtifact = z.discriminatedUnion("family", [
  linearRegression,
  logisticRegression,
  boostedTrees,
  nearestNeighbours,
  textClassification,
]);
export type ModelArtifact = z.infer<typeof modelArtifact>;
export type LinearRegression = z.infer<typeof linearRegression>;
export type LogisticRegression = z.infer<typeof logisticRegression>;
export type BoostedTrees = z.infer<typeof boostedTrees>;
export type NearestNeighbours = z.infer<typeof nearestNeighbours>;
export type TextClassification = z.infer<typeof textClassification>;

/** Serialises an artifact; equal artifacts give equal bytes. */
export function serializeArtifact(artifact: ModelArtifact): Buffer {
  return Buffer.from(canonicalJson(artifact) + "\n", "utf8");
}

/** Parses an artifact. Throws an Error with its faults. */
export function parseArtifact(bytes: Buffer): ModelArtifact {
  const result = modelArtifact.safeParse(JSON.parse(bytes.toString("utf8")));
  if (!result.success)
    throw new Error(`This is not a model in the format ${artifactFormat}: ${z.prettifyError(result.error)}`);
  return result.data;
}
