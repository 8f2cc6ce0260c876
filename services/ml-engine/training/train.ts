import { artifactFormat, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { createPredictor, type Prediction } from "@chatdb/ml-model/predictor.ts";
import type { Metrics } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { Column } from "./column.ts";
import type { Dataset } from "./dataset.ts";
import { encodeRows, learnFeatures, valuesAt } from "./features.ts";
import { JobError } from "./job-error.ts";
import { fitLinear } from "./linear-regression.ts";
import { fitLogistic } from "./logistic-regression.ts";
import { classificationMetrics, regressionMetrics } from "./metrics.ts";
import { splitRows, type Split } from "./split.ts";
import { chooseTarget, type Target } from "./target.ts";

export interface TrainedModel {
  artifact: ModelArtifact;
  /** Of the held-out rows. */
  metrics: Metrics;
}

/**
 * Trains a model on a share of the rows and measures it on the others.
 * The same dataset, target and parameters give the same model. Throws a JobError where there is nothing to learn.
 */
export function train(dataset: Dataset, targetName: string | undefined, parameters: TrainingParameters): TrainedModel {
  const target = chooseTarget(dataset, targetName, parameters.task);
  const columns = dataset.columns.filter((column) => column.name !== target.name);
  const split = splitRows(dataset.rowNumbers.length, parameters.test_fraction ?? 0.2, parameters.seed ?? 1);
  const artifact = fit(columns, target, split, parameters);
  const metrics = measure(artifact, columns, target, split.test);
  if (![...Object.values(metrics), ...weightsOf(artifact)].every(Number.isFinite)) {
    throw new JobError("The values of the dataset are too large to compute with. Scale them down.");
  }
  return { artifact, metrics: { ...metrics, training_rows: split.training.length, test_rows: split.test.length } };
}

function fit(columns: readonly Column[], target: Target, split: Split, parameters: TrainingParameters): ModelArtifact {
  const features = learnFeatures(columns, split.training);
  const x = encodeRows(features, columns, split.training);
  const common = { format: artifactFormat, target: target.name, features } as const;
  if (target.task === "regression") {
    const y = Float64Array.from(split.training, (row) => target.values[row]!);
    return { family: "linear-regression", ...common, ...fitLinear(x, y, parameters.l2 ?? 1e-8 * x.rows) };
  }
  const labels = Int32Array.from(split.training, (row) => target.labels[row]!);
  const fitted = fitLogistic(x, labels, target.classes.length, parameters.l2 ?? 1, parameters.max_iterations ?? 500);
  return { family: "logistic-regression", ...common, classes: target.classes, ...fitted };
}

/** Predicts the held-out rows as the prediction service would. */
function measure(artifact: ModelArtifact, columns: readonly Column[], target: Target, rows: Int32Array): Metrics {
  const predictor = createPredictor(artifact);
  const predictions: Prediction[] = Array.from(rows, (row) => predictor.predict(valuesAt(columns, row)));
  if (target.task === "classification") {
    return classificationMetrics(Array.from(rows, (row) => target.classes[target.labels[row]!]!), predictions);
  }
  return regressionMetrics(Array.from(rows, (row) => target.values[row]!), predictions.map(({ prediction }) => Number(prediction)));
}

function weightsOf(artifact: ModelArtifact): number[] {
  return artifact.family === "linear-regression" ? [artifact.intercept, ...artifact.weights] : [...artifact.intercepts, ...artifact.weights.flat()];
}
