import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { encodedWidth } from "./encoding.ts";
import { tableFeature, textFeature } from "./feature.ts";
import { misfit, tree } from "./tree.ts";

/** Identifies this format in the model registry. A change that older readers would misread gets a new number. */
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
 * Scores are the intercepts plus what the trees say: tree n adds to score n % intercepts.length. Without classes the one score is the
 * prediction; of two classes the one score is the log-odds of the second; of more, each class has a score, and their softmax tells.
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
      const message = misfit(each, model.features);
      if (message !== undefined) context.addIssue({ code: "custom", path: ["trees", n], message });
    });
  });

/** How many scores boosted trees tell these classes by; without classes, they tell a number. */
export const scoresOf = (classes: readonly string[] | undefined) =>
  classes === undefined || classes.length === 2 ? 1 : classes.length;

/**
 * The rows of `points` nearest to a row, encoded as encoding.ts does, by Euclidean distance; of equally near ones the earlier. Without classes the
 * mean of their `answers` is predicted, else the class that most of them name: answers are places in `classes`.
 */
const nearestNeighbours = z
  .object({
    family: z.literal("k-nearest-neighbours"),
    ...table,
    classes: classes.optional(),
    neighbours: z.int().positive().describe("How many are asked"),
    neighbour_weights: z
      .enum(["uniform", "distance"])
      .describe("Each counts for 1, or for 1 / its distance; where some are at no distance, they alone count"),
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

/** P(class k) = softmax over k of intercepts[k] + weights[k] . x, where x is the text as terms.ts weighs its terms */
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

/** A trained model: everything that a prediction needs, and nothing of when or where it was trained. */
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

/** The artifact as bytes; equal artifacts give equal bytes. */
export function serializeArtifact(artifact: ModelArtifact): Buffer {
  return Buffer.from(canonicalJson(artifact) + "\n", "utf8");
}

/** Reads an artifact's bytes. Throws an Error that says what is wrong with them. */
export function parseArtifact(bytes: Buffer): ModelArtifact {
  const result = modelArtifact.safeParse(JSON.parse(bytes.toString("utf8")));
  if (!result.success)
    throw new Error(`This is not a model in the format ${artifactFormat}: ${z.prettifyError(result.error)}`);
  return result.data;
}
