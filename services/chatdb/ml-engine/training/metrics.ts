import type { Prediction } from "@chatdb/ml-model/predictor.ts";

/** Coefficient of determination; root mean squared error and mean absolute error in the target's unit. */
export function regressionMetrics(
  actual: readonly number[],
  predicted: readonly number[],
): { r2: number; rmse: number; mae: number } {
  const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
  const total = actual.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const residual = actual.reduce((sum, value, i) => sum + (value - predicted[i]!) ** 2, 0);
  // If the target does not vary, r2 is 0/0 or -infinity; like scikit-learn's r2_score, return 1 or 0.
  const r2 = total > 0 ? 1 - residual / total : residual === 0 ? 1 : 0;
  const absolute = actual.reduce((sum, value, i) => sum + Math.abs(value - predicted[i]!), 0);
  return { r2, rmse: Math.sqrt(residual / actual.length), mae: absolute / actual.length };
}

/**
 * Accuracy; log loss (at most 36, as probabilities are clipped at 2^-52); and F1 as the mean over the classes that
 * occur or were predicted (scikit-learn's "macro").
 */
export function classificationMetrics(
  actual: readonly string[],
  predicted: readonly Prediction[],
): { accuracy: number; log_loss: number; f1: number } {
  const right = actual.filter((label, i) => predicted[i]!.prediction === label).length;
  const losses = actual.map(
    (label, i) => -Math.log(Math.max(predicted[i]!.probabilities?.[label] ?? 0, Number.EPSILON)),
  );
  return {
    accuracy: right / actual.length,
    log_loss: losses.reduce((sum, loss) => sum + loss, 0) / actual.length,
    f1: macroF1(actual, predicted),
  };
}

function macroF1(actual: readonly string[], predicted: readonly Prediction[]): number {
  const predictedClasses = predicted.map(({ prediction }) => prediction);
  const classes = [...new Set([...actual, ...predictedClasses])];
  const f1 = (name: string | number) => {
    const right = actual.filter((label, i) => label === name && predictedClasses[i] === name).length;
    const actualCount = actual.filter((label) => label === name).length;
    const predictedCount = predictedClasses.filter((label) => label === name).length;
    return (2 * right) / (actualCount + predictedCount);
  };
  return classes.reduce<number>((sum, name) => sum + f1(name), 0) / classes.length;
}
