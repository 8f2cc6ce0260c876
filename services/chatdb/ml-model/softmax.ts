/** exp(score) / sum of exp(scores), in place, with the largest score taken off first so that nothing overflows. */
export function softmax(scores: Float64Array): Float64Array {
  let largest = -Infinity;
  for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k]!);
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += scores[k] = Math.exp(scores[k]! - largest);
  for (let k = 0; k < scores.length; k++) scores[k]! /= total;
  return scores;
}

/** 1 / (1 + exp(-score)): the chance whose log-odds the score is. */
export const chanceOf = (score: number) => 1 / (1 + Math.exp(-score));
