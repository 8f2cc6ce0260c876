import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import type { ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import { createPredictor, type Prediction } from "@chatdb/ml-model/predictor.ts";
import type { Column } from "./column.ts";
import { valuesAt } from "./features.ts";
import { classificationMetrics, regressionMetrics } from "./metrics.ts";
import { mulberry32 } from "./random.ts";
import type { ClassTarget, Target } from "./target.ts";
import { partOf, placesOf, unwatched, type Watch } from "./watch.ts";

/** Held-out rows of a regression that are shown, at most. */
const mostPoints = 200;

/** Held-out rows whose values are shuffled, and numbers read for all of the predictions that follow, at most. */
const mostShuffled = 1000;
const mostWork = 5e8;

/** Of the work, predicting; the rest is to find out what matters. */
const predicting = 0.7;

/** Numbers read to predict the held-out rows, at most: neighbours are looked for among all rows, each time. */
const mostMeasured = 2e9;

/**
 * Predicts the held-out rows as the prediction service would, and tells how well that went. Where that would take minutes, the first of them
 * stand for all, which a shuffle has put there.
 */
export function evaluate(
  artifact: ModelArtifact,
  columns: readonly Column[],
  target: Target,
  heldOut: Int32Array,
  seed: number,
  watch: Watch = unwatched,
): { metrics: Metrics; evaluation: Evaluation } {
  const rows = heldOut.subarray(0, Math.ceil(mostMeasured / workOf(artifact)));
  const { predict } = createPredictor(artifact);
  const used = columns.filter(({ name }) => artifact.features.some((feature) => feature.name === name));
  const inputs = Array.from(rows, (row) => valuesAt(used, row));
  const predictions = Array.from(
    placesOf(rows.length, partOf(watch, 0, predicting), "predicting held-out rows"),
    (place) => predict(inputs[place]!),
  );
  const few = rows.subarray(0, Math.min(mostShuffled, Math.floor(mostWork / (workOf(artifact) * used.length))));
  const scoreOf = scorer(target, few);
  const right = scoreOf(predictions);
  const importance = importanceOf(
    inputs.slice(0, few.length),
    used.map(({ name }) => name),
    seed,
    (shuffled) => right - scoreOf(shuffled.map(predict)),
    partOf(watch, predicting, 1),
  );
  const told = importance.every((each) => Number.isFinite(each.importance)) ? { importance } : {};
  if (target.task === "classification")
    return {
      metrics: { ...classificationMetrics(namesOf(target, rows), predictions), test_rows: rows.length },
      evaluation: { confusion: confusionOf(target, rows, predictions), ...told },
    };
  const [actual, predicted] = [
    Array.from(rows, (row) => target.values[row]!),
    predictions.map(({ prediction }) => Number(prediction)),
  ];
  return {
    metrics: { ...regressionMetrics(actual, predicted), test_rows: rows.length },
    evaluation: { points: pointsOf(actual, predicted), ...told },
  };
}

/** Numbers that a prediction reads. */
function workOf(artifact: ModelArtifact): number {
  if (artifact.family === "k-nearest-neighbours") return artifact.points.length;
  return artifact.family === "boosted-trees" ? artifact.trees.length * 10 : 1000;
}

const namesOf = ({ classes, labels }: ClassTarget, rows: Int32Array) =>
  Array.from(rows, (row) => classes[labels[row]!]!);

/** r2 or accuracy of predictions of the first of the rows. */
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

/** How much the score falls as each feature's values are shuffled (Breiman, Random forests, 2001, section 10), the most important first. */
function importanceOf(
  inputs: Record<string, FeatureValues[string]>[],
  names: readonly string[],
  seed: number,
  fallOf: (inputs: readonly FeatureValues[]) => number,
  watch: Watch,
): NonNullable<Evaluation["importance"]> {
  const random = mulberry32(seed);
  const falls = Array.from(placesOf(names.length, watch, "what features matter", 1), (place) => {
    const name = names[place]!;
    const before = inputs.map((input) => input[name]);
    const put = (values: typeof before) => inputs.forEach((input, i) => (input[name] = values[i]));
    // In their place: a copy of each row for each column would be work in the square of the columns.
    put(shuffled([...before], random));
    const importance = fallOf(inputs);
    put(before);
    return { feature: name, importance };
  });
  return falls.sort((a, b) => b.importance - a.importance);
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
  const every = Math.ceil(actual.length / mostPoints);
  return actual.flatMap((value, i) => (i % every === 0 ? [{ actual: value, predicted: predicted[i]! }] : []));
}
