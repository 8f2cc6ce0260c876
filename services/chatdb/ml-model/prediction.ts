import type { Explanation } from "@chatdb/contracts/predictions.ts";
import type { FeatureValues } from "./feature.ts";

export interface Prediction {
  /** A number (regression) or a class. */
  prediction: number | string;
  /** Of each class; they add up to 1. */
  probabilities?: Record<string, number>;
}

/** A family's part of a predictor. Its values were checked before. */
export interface Inference {
  predict: (values: FeatureValues) => Prediction;
  /**
   * What the features add to a base: of a number, as it is; of classes, to the log of the predicted one's odds against the others (of more than two, their
   * geometric mean, which is where log-odds stay a sum). Absent where a family adds nothing up.
   */
  explain?: (values: FeatureValues) => Explanation;
}

/** The class of the largest share; of equal ones the first. */
export function classPrediction(classes: readonly string[], shares: Float64Array): Prediction & { place: number } {
  let place = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k]! > shares[place]!) place = k;
  return {
    prediction: classes[place]!,
    probabilities: Object.fromEntries(classes.map((name, k) => [name, shares[k]!])),
    place,
  };
}

/** How much the score of each class counts for the log-odds of the one at a place against the others. */
export const against = (place: number, classes: number) =>
  Float64Array.from({ length: classes }, (_, k) => (k === place ? 1 : -1 / (classes - 1)));

/** Contributions by name, the largest first; equal ones as they came. */
export function explanationOf(base: number, names: readonly string[], contributions: ArrayLike<number>): Explanation {
  const named = names.map((feature, index) => ({ feature, contribution: contributions[index]! }));
  return { base, contributions: named.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)) };
}
