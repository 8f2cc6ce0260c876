import type { Explanation } from "@chatdb/contracts/predictions.ts";
import type { FeatureValues } from "./feature.ts";

export interface Prediction {
  /** A number (regression) or a class. */
  prediction: number | string;
  /** Probability of each class; they add up to 1. */
  probabilities?: Record<string, number>;
}

/** The part of a predictor that depends on the family. Its input is validated. */
export interface Inference {
  predict: (values: FeatureValues) => Prediction;
  /**
   * Explains a prediction by contributions of the features to a base: of a number directly; of classes to the log-odds
   * of the predicted one against the others (against the geometric mean of more than one, for which log-odds stay
   * additive). Absent if the family is not additive.
   */
  explain?: (values: FeatureValues) => Explanation;
}

/** Predicts the class of the largest probability, the first of equal ones. `place` is its index. */
export function classPrediction(classes: readonly string[], shares: Float64Array): Prediction & { place: number } {
  let place = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k]! > shares[place]!) place = k;
  return {
    prediction: classes[place]!,
    probabilities: Object.fromEntries(classes.map((name, k) => [name, shares[k]!])),
    place,
  };
}

/** Returns the factors of the classes' scores in the log-odds of the class at `place` against the others. */
export const logOddsFactors = (place: number, classes: number) =>
  Float64Array.from({ length: classes }, (_, k) => (k === place ? 1 : -1 / (classes - 1)));

/** Builds an explanation with the largest contributions first. */
export function explanationOf(base: number, names: readonly string[], contributions: ArrayLike<number>): Explanation {
  const named = names.map((feature, index) => ({ feature, contribution: contributions[index]! }));
  return { base, contributions: named.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)) };
}
