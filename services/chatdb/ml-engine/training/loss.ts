import { chanceOf, softmax } from "@chatdb/ml-model/softmax.ts";
import type { Descent } from "./tree-growth.ts";

/** What boosting makes small. Scores are by score, then by row. */
export interface Loss {
  /** The scores of every row, before any tree. */
  intercepts: number[];
  /** Where the loss falls as score k changes, after `ready`. The arrays are used again the next time. */
  descent(scores: readonly Float64Array[], k: number): Descent;
  /** Called as a round begins, before the trees of its scores are grown. */
  ready?(scores: readonly Float64Array[]): void;
  /** Mean over the rows. */
  mean(scores: readonly Float64Array[]): number;
}

/** Curvatures are kept from vanishing where a row is told for certain. */
const leastCurvature = 1e-6;

/** Half the square of the error. */
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

/** -ln of the chance given to what is so, the score being the log-odds that a row's label is 1 and not 0. */
export function binaryLogLoss(
  labels: ArrayLike<number>,
  weights: Float64Array = new Float64Array(labels.length).fill(1),
): Loss {
  const [slopes, curvatures] = [new Float64Array(labels.length), new Float64Array(labels.length)];
  // Never certain, however few rows there are.
  const share =
    (weights.reduce((sum, weight, row) => sum + weight * labels[row]!, 0) + 1) /
    (weights.reduce((sum, weight) => sum + weight, 0) + 2);
  return {
    intercepts: [Math.log(share / (1 - share))],
    descent([scores]) {
      for (let row = 0; row < slopes.length; row++) {
        const chance = chanceOf(scores![row]!);
        slopes[row] = weights[row]! * (chance - labels[row]!);
        curvatures[row] = weights[row]! * Math.max(chance * (1 - chance), leastCurvature);
      }
      return { slopes, curvatures };
    },
    mean: ([scores]) =>
      scores!.reduce((sum, score, row) => sum + weights[row]! * softplus(labels[row] === 1 ? -score : score), 0) /
      labels.length,
  };
}

/** -ln of the chance given to a row's class, by the softmax of its scores. */
export function softmaxLogLoss(labels: ArrayLike<number>, classes: number): Loss {
  const [slopes, curvatures] = [new Float64Array(labels.length), new Float64Array(labels.length)];
  const shares = Array.from({ length: classes }, () => new Float64Array(labels.length));
  const row = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let r = 0; r < labels.length; r++) counts[labels[r]!]!++;
  const sharesAt = (scores: readonly Float64Array[], r: number) => {
    for (let k = 0; k < classes; k++) row[k] = scores[k]![r]!;
    return softmax(row);
  };
  return {
    // As if each class had been seen once more.
    intercepts: Array.from(counts, (count) => Math.log((count + 1) / (labels.length + classes))),
    ready(scores) {
      for (let r = 0; r < labels.length; r++) {
        sharesAt(scores, r);
        for (let k = 0; k < classes; k++) shares[k]![r] = row[k]!;
      }
    },
    descent(_, k) {
      const chances = shares[k]!;
      for (let r = 0; r < slopes.length; r++) {
        const chance = chances[r]!;
        slopes[r] = chance - (labels[r] === k ? 1 : 0);
        curvatures[r] = Math.max(chance * (1 - chance), leastCurvature);
      }
      return { slopes, curvatures };
    },
    mean(scores) {
      let loss = 0;
      for (let r = 0; r < labels.length; r++)
        loss -= Math.log(Math.max(sharesAt(scores, r)[labels[r]!]!, Number.MIN_VALUE));
      return loss / labels.length;
    },
  };
}

/** ln(1 + exp(x)), without overflow. */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
