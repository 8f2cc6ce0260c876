import { sigmoid, softmax } from "@chatdb/ml-model/softmax.ts";
import type { Descent } from "./tree-growth.ts";

/** The function that boosting minimises. Scores are indexed by score, then by row. */
export interface Loss {
  /** The initial scores, the same for every row. */
  intercepts: number[];
  /** Computes slopes and curvatures for score k, after `ready`. The next call reuses the arrays. */
  descent(scores: readonly Float64Array[], k: number): Descent;
  /** Called as a round begins, before its trees are grown. */
  ready?(scores: readonly Float64Array[]): void;
  /** The mean loss of the rows. */
  mean(scores: readonly Float64Array[]): number;
}

/** Lower limit of a row's curvature, which vanishes if the prediction is certain. */
const minRowCurvature = 1e-6;

/** Half the squared error. */
export function squaredError(values: Float64Array): Loss {
  const slopes = new Float64Array(values.length);
  return {
    intercepts: [values.reduce((sum, value) => sum + value, 0) / values.length],
    descent([scores]) {
      for (let row = 0; row < slopes.length; row++) slopes[row] = scores![row]! - values[row]!;
      return { slopes };
    },
    mean: ([scores]) => values.reduce((sum, value, row) => sum + (scores![row]! - value) ** 2 / 2, 0) / values.length,
  };
}

/** Negative log-likelihood of labels 0 and 1; the score is the log-odds of 1. */
export function binaryLogLoss(
  labels: ArrayLike<number>,
  weights: Float64Array = new Float64Array(labels.length).fill(1),
): Loss {
  const [slopes, curvatures] = [new Float64Array(labels.length), new Float64Array(labels.length)];
  // Smoothed, so that it is never certain.
  const share =
    (weights.reduce((sum, weight, row) => sum + weight * labels[row]!, 0) + 1) /
    (weights.reduce((sum, weight) => sum + weight, 0) + 2);
  return {
    intercepts: [Math.log(share / (1 - share))],
    descent([scores]) {
      for (let row = 0; row < slopes.length; row++) {
        const chance = sigmoid(scores![row]!);
        slopes[row] = weights[row]! * (chance - labels[row]!);
        curvatures[row] = weights[row]! * Math.max(chance * (1 - chance), minRowCurvature);
      }
      return { slopes, curvatures };
    },
    mean: ([scores]) =>
      scores!.reduce((sum, score, row) => sum + weights[row]! * softplus(labels[row] === 1 ? -score : score), 0) /
      labels.length,
  };
}

/** Negative log-likelihood of classes, by the softmax of their scores. */
export function softmaxLogLoss(labels: ArrayLike<number>, classes: number): Loss {
  const [slopes, curvatures] = [new Float64Array(labels.length), new Float64Array(labels.length)];
  const probabilities = Array.from({ length: classes }, () => new Float64Array(labels.length));
  const row = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let r = 0; r < labels.length; r++) counts[labels[r]!]!++;
  const probabilitiesAt = (scores: readonly Float64Array[], r: number) => {
    for (let k = 0; k < classes; k++) row[k] = scores[k]![r]!;
    return softmax(row);
  };
  return {
    // Smoothed by one more row of each class.
    intercepts: Array.from(counts, (count) => Math.log((count + 1) / (labels.length + classes))),
    ready(scores) {
      for (let r = 0; r < labels.length; r++) {
        probabilitiesAt(scores, r);
        for (let k = 0; k < classes; k++) probabilities[k]![r] = row[k]!;
      }
    },
    descent(_, k) {
      const chancesOfClass = probabilities[k]!;
      for (let r = 0; r < slopes.length; r++) {
        const chance = chancesOfClass[r]!;
        slopes[r] = chance - (labels[r] === k ? 1 : 0);
        curvatures[r] = Math.max(chance * (1 - chance), minRowCurvature);
      }
      return { slopes, curvatures };
    },
    mean(scores) {
      let loss = 0;
      for (let r = 0; r < labels.length; r++)
        loss -= Math.log(Math.max(probabilitiesAt(scores, r)[labels[r]!]!, Number.MIN_VALUE));
      return loss / labels.length;
    },
  };
}

/** ln(1 + exp(x)), without overflow. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
