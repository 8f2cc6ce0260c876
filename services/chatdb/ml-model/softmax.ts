/**
 * Computes exp(score) / sum of exp(scores) in place. It subtracts the largest score first, so that nothing overflows.
 */
export function softmax(scores: Float64Array): Float64Array {
  let largest = -Infinity;
  for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k]!);
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += scores[k] = Math.exp(scores[k]! - largest);
  for (let k = 0; k < scores.length; k++) scores[k]! /= total;
  return scores;
}

/** The logistic function 1 / (1 + exp(-score)): the probability for a score of log-odds. */
export const sigmoid = (score: number) => 1 / (1 + Math.exp(-score));
