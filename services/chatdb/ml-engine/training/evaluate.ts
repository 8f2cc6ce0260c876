import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import type { ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import { createPredictor, type Prediction } from "@chatdb/ml-model/predictor.ts";
import type { Column } from "./column.ts";
import { valuesAt } from "./features.ts";
import { classificationMetrics, regressionMetrics } from "./metrics.ts";
import { mulberry32 } from "./seeded-random.ts";
import type { ClassTarget, Target } from "./target.ts";
import { partOf, placesOf, unwatched, type Watch } from "./watch.ts";

/** Upper limit of the points that an evaluation of a regression shows. */
const maxPoints = 200;

/** Upper limits of held-out rows that are shuffled, and of numbers read for all predictions of them. */
const maxShuffledRows = 1000;
const maxShuffleWork = 5e8;

/** Share of predicting in the work; the rest measures the importance of features. */
const predictingShare = 0.7;

/** Upper limit of numbers read to predict the held-out rows: each search for neighbours reads all rows. */
const maxPredictionWork = 2e9;

/**
 * Measures the model on the held-out rows, predicted as the prediction service would. If that would take minutes, a
 * random sample of them (the first, since they are shuffled) stands for all.
 */
export function evaluate(
  artifact: ModelArtifact,
  columns: readonly Column[],
  target: Target,
  heldOut: Int32Array,
  seed: number,
  watch: Watch = unwatched,
): { metrics: Metrics; evaluation: Evaluation } {
  const rows = heldOut.subarray(0, Math.ceil(maxPredictionWork / workOf(artifact)));
  const { predict } = createPredictor(artifact);
  const used = columns.filter(({ name }) => artifact.features.some((feature) => feature.name === name));
  const inputs = Array.from(rows, (row) => valuesAt(used, row));
  const predictions = Array.from(
    placesOf(rows.length, partOf(watch, 0, predictingShare), "predicting held-out rows"),
    (place) => predict(inputs[place]!),
  );
  const sample = rows.subarray(
    0,
    Math.min(maxShuffledRows, Math.floor(maxShuffleWork / (workOf(artifact) * used.length))),
  );
  const scoreOf = scorer(target, sample);
  const baseline = scoreOf(predictions);
  const importance = importanceOf(
    inputs.slice(0, sample.length),
    used.map(({ name }) => name),
    seed,
    (shuffled) => baseline - scoreOf(shuffled.map(predict)),
    partOf(watch, predictingShare, 1),
  );
  const finiteImportance = importance.every((each) => Number.isFinite(each.importance)) ? { importance } : {};
  if (target.task === "classification")
    return {
      metrics: { ...classificationMetrics(namesOf(target, rows), predictions), test_rows: rows.length },
      evaluation: { confusion: confusionOf(target, rows, predictions), ...finiteImportance },
    };
  const [actual, predicted] = [
    Array.from(rows, (row) => target.values[row]!),
    predictions.map(({ prediction }) => Number(prediction)),
  ];
  return {
    metrics: { ...regressionMetrics(actual, predicted), test_rows: rows.length },
    evaluation: { points: pointsOf(actual, predicted), ...finiteImportance },
  };
}

/** Estimates how many numbers a prediction reads. */
function workOf(artifact: ModelArtifact): number {
  if (artifact.family === "k-nearest-neighbours") return artifact.points.length;
  return artifact.family === "boosted-trees" ? artifact.trees.length * 10 : 1000;
}

const namesOf = ({ classes, labels }: ClassTarget, rows: Int32Array) =>
  Array.from(rows, (row) => classes[labels[row]!]!);

/** Creates the score (r2 or accuracy) of predictions of the given rows. */
function scorer(target: Target, rows: Int32Array): (predictions: readonly Prediction[]) => number {
  if (target.task === "classification") {
    const names = namesOf(target, rows);
    return (predictions) => names.filter((name, i) => predictions[i]!.prediction === name).length / names.length;
  }
  const actual = Array.from(rows, (row) => target.values[row]!);
  return (predictions) =>
    regressionMetrics(
      actual,
      actual.map((_, i) => Number(predictions[i]!.prediction)),
    ).r2;
}

/**
 * Permutation importance: how much the score falls if a feature's values are shuffled (Breiman, Random forests, 2001,
 * section 10). The most important feature comes first.
 */
function importanceOf(
  inputs: Record<string, FeatureValues[string]>[],
  names: readonly string[],
  seed: number,
  scoreLoss: (inputs: readonly FeatureValues[]) => number,
  watch: Watch,
): NonNullable<Evaluation["importance"]> {
  const random = mulberry32(seed);
  const importances = Array.from(placesOf(names.length, watch, "measuring the importance of features", 1), (place) => {
    const name = names[place]!;
    const before = inputs.map((input) => input[name]);
    const put = (values: typeof before) => inputs.forEach((input, i) => (input[name] = values[i]));
    // Shuffled in place: a copy of each row for each column would be quadratic in the columns.
    put(shuffled([...before], random));
    const importance = scoreLoss(inputs);
    put(before);
    return { feature: name, importance };
  });
  return importances.sort((a, b) => b.importance - a.importance);
}

/** Fisher-Yates. */
function shuffled<T>(values: T[], random: () => number): T[] {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other]!, values[last]!];
  }
  return values;
}

function confusionOf(
  { classes, labels }: ClassTarget,
  rows: Int32Array,
  predictions: readonly Prediction[],
): NonNullable<Evaluation["confusion"]> {
  const places = new Map<unknown, number>(classes.map((name, place) => [name, place]));
  const counts = classes.map(() => classes.map(() => 0));
  rows.forEach((row, i) => counts[labels[row]!]![places.get(predictions[i]!.prediction)!]!++);
  return { classes, counts };
}

function pointsOf(actual: readonly number[], predicted: readonly number[]): NonNullable<Evaluation["points"]> {
  const every = Math.ceil(actual.length / maxPoints);
  return actual.flatMap((value, i) => (i % every === 0 ? [{ actual: value, predicted: predicted[i]! }] : []));
}
