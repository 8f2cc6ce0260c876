import { softmax } from "@chatdb/ml-model/softmax.ts";
import type { Matrix } from "./features.ts";
import { minimize, type OptimizerState } from "./lbfgs.ts";
import { withoutZeros, type SparseMatrix } from "./sparse.ts";
import { unreadable, unwatched, type Watch } from "./watch.ts";
import { encodeOptimizerState, decodeOptimizerState } from "./optimizer-state.ts";

export interface LogisticFit {
  intercepts: number[];
  weights: number[][];
}

export interface LogisticOptions {
  /** Penalty on the squared weights. */
  l2: number;
  maxIterations: number;
  watch?: Watch;
}

/**
 * Multinomial logistic regression: minimises sum log-loss + l2/2 |weights|^2, the intercepts free of the penalty
 * (the objective of scikit-learn's LogisticRegression with C = 1/l2). `labels` are indices of classes.
 */
export function fitLogistic(
  x: Matrix | SparseMatrix,
  labels: Int32Array,
  classes: number,
  { l2, maxIterations, watch = unwatched }: LogisticOptions,
): LogisticFit {
  const { starts, columns, values, rows, width } = "data" in x ? withoutZeros(x) : x;
  // One block for each class: its weights, then its intercept.
  const block = width + 1;
  const scores = new Float64Array(classes);
  const objective = (point: Float64Array, gradient: Float64Array) => {
    let loss = 0;
    for (let r = 0; r < rows; r++) {
      const [from, to] = [starts[r]!, starts[r + 1]!];
      for (let k = 0; k < classes; k++) {
        let score = point[k * block + width]!;
        for (let at = from; at < to; at++) score += point[k * block + columns[at]!]! * values[at]!;
        scores[k] = score;
      }
      softmax(scores);
      // The smallest positive double keeps the loss finite where a probability underflows.
      loss -= Math.log(Math.max(scores[labels[r]!]!, Number.MIN_VALUE)) / rows;
      for (let k = 0; k < classes; k++) {
        const error = (scores[k]! - (labels[r] === k ? 1 : 0)) / rows;
        for (let at = from; at < to; at++) gradient[k * block + columns[at]!]! += error * values[at]!;
        gradient[k * block + width]! += error;
      }
    }
    for (let k = 0; k < classes; k++) {
      for (let i = k * block; i < k * block + width; i++) {
        loss += (l2 / (2 * rows)) * point[i]! ** 2;
        gradient[i]! += (l2 / rows) * point[i]!;
      }
    }
    return loss;
  };
  const start = new Float64Array(classes * block);
  const resumeFrom = watch.resumeFrom && decodeOptimizerState(watch.resumeFrom, start.length);
  if (watch.resumeFrom) watch.log(resumeFrom ? `resumes after ${resumeFrom.iterations} iterations` : unreadable);
  const onIteration = (iteration: number, state: OptimizerState) => {
    watch.progress(iteration / maxIterations, `iteration ${iteration + 1} of ${maxIterations} at most`);
    watch.checkpoint(() => encodeOptimizerState(state));
  };
  const point = minimize(objective, start, { maxIterations, onIteration, resumeFrom });
  const blocks = Array.from({ length: classes }, (_, k) => [...point.subarray(k * block, (k + 1) * block)]);
  return {
    weights: blocks.map((values) => values.slice(0, width)),
    intercepts: blocks.map((values) => values[width]!),
  };
}
