import type { LinearRegression, LogisticRegression } from "./artifact.ts";
import { createEncoder, encodedWidth } from "./encoding.ts";
import type { FeatureValues, TableFeature } from "./feature.ts";
import { logOddsFactors, classPrediction, explanationOf, type Inference } from "./prediction.ts";
import { softmax } from "./softmax.ts";

export function linearInference({ features, weights, intercept }: LinearRegression): Inference {
  const encoded = createRow(features);
  return {
    predict: (values) => ({ prediction: intercept + dot(weights, encoded(values)) }),
    explain: (values) => explainLinear(features, weights, intercept, encoded(values)),
  };
}

export function logisticInference({ features, classes, weights, intercepts }: LogisticRegression): Inference {
  const encoded = createRow(features);
  const predict = (row: Float64Array) =>
    classPrediction(
      classes,
      softmax(Float64Array.from(intercepts, (intercept, k) => intercept + dot(weights[k]!, row))),
    );
  return {
    predict(values) {
      const { prediction, probabilities } = predict(encoded(values));
      return { prediction, probabilities };
    },
    explain(values) {
      const row = encoded(values);
      const factors = logOddsFactors(predict(row).place, classes.length);
      const combined = Float64Array.from(row, (_, i) =>
        factors.reduce((sum, factor, k) => sum + factor * weights[k]![i]!, 0),
      );
      return explainLinear(features, combined, dot(intercepts, factors), row);
    },
  };
}

function createRow(features: readonly TableFeature[]): (values: FeatureValues) => Float64Array {
  const encode = createEncoder(features);
  const width = encodedWidth(features);
  return (values) => {
    const row = new Float64Array(width);
    encode((index) => values[features[index]!.name], row);
    return row;
  };
}

/**
 * Explains by weight times (value minus mean) of each feature, which is its Shapley value if features are independent
 * (Lundberg and Lee, 2017, corollary 1).
 */
function explainLinear(
  features: readonly TableFeature[],
  weights: ArrayLike<number>,
  intercept: number,
  row: Float64Array,
) {
  let [base, column] = [intercept, 0];
  const contributions = features.map((feature) => {
    let sum = 0;
    // Numbers are standardised, so their mean is 0.
    const means = feature.kind === "number" ? [0] : feature.categories.map((_, place) => feature.shares?.[place] ?? 0);
    for (const mean of means) {
      sum += weights[column]! * (row[column]! - mean);
      base += weights[column++]! * mean;
    }
    return sum;
  });
  return explanationOf(
    base,
    features.map(({ name }) => name),
    contributions,
  );
}

function dot(weights: ArrayLike<number>, row: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += weights[i]! * row[i]!;
  return sum;
}
