import type { Prediction } from "@chatdb/ml-model/predictor.ts";

/** Coefficient of determination; root of the mean squared error, and mean of the absolute one, in the target's unit. */
export function regressionMetrics(
  actual: readonly number[],
  predicted: readonly number[],
): { r2: number; rmse: number; mae: number } {
  const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
  const total = actual.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const residual = actual.reduce((sum, value, i) => sum + (value - predicted[i]!) ** 2, 0);
  // Where the target does not vary r2 is 0/0 or -infinity; scikit-learn's r2_score says 1 and 0.
  const r2 = total > 0 ? 1 - residual / total : residual === 0 ? 1 : 0;
  const absolute = actual.reduce((sum, value, i) => sum + Math.abs(value - predicted[i]!), 0);
  return { r2, rmse: Math.sqrt(residual / actual.length), mae: absolute / actual.length };
}

/**
 * Share of right classes; mean of -ln of the probability given to the right one (at most 36, as probabilities are clipped at 2^-52);
 * and F1, the harmonic mean of precision and recall, as the mean over the classes that are there or were predicted (scikit-learn's "macro").
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
  const said = predicted.map(({ prediction }) => prediction);
  const classes = [...new Set([...actual, ...said])];
  const f1 = (name: string | number) => {
    const right = actual.filter((label, i) => label === name && said[i] === name).length;
    const there = actual.filter((label) => label === name).length;
    const told = said.filter((label) => label === name).length;
    return (2 * right) / (there + told);
  };
  return classes.reduce<number>((sum, name) => sum + f1(name), 0) / classes.length;
}
