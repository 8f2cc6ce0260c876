import type { TextClassification } from "./artifact.ts";
import { logOddsFactors, classPrediction, explanationOf, type Inference } from "./prediction.ts";
import { softmax } from "./softmax.ts";
import { createWeigher, type WeighedTerms } from "./terms.ts";

export function textInference({
  features: [{ name }],
  classes,
  intercepts,
  weights,
  terms,
  rarity,
}: TextClassification): Inference {
  const weigh = createWeigher(terms, rarity);
  const sumOf = (row: readonly number[], { places, weights: counts }: WeighedTerms) =>
    places.reduce((sum, place, i) => sum + row[place]! * counts[i]!, 0);
  const predict = (text: WeighedTerms) =>
    classPrediction(
      classes,
      softmax(Float64Array.from(intercepts, (intercept, k) => intercept + sumOf(weights[k]!, text))),
    );
  return {
    predict(values) {
      const { prediction, probabilities } = predict(weigh(String(values[name] ?? "")));
      return { prediction, probabilities };
    },
    /** Explains by the terms of the text. The base is the score of a text without known terms. */
    explain(values) {
      const text = weigh(String(values[name] ?? ""));
      const factors = logOddsFactors(predict(text).place, classes.length);
      const base = intercepts.reduce((sum, intercept, k) => sum + factors[k]! * intercept, 0);
      const contributions = Float64Array.from(
        text.places,
        (place, i) => text.weights[i]! * factors.reduce((sum, factor, k) => sum + factor * weights[k]![place]!, 0),
      );
      return explanationOf(
        base,
        Array.from(text.places, (place) => terms[place]!),
        contributions,
      );
    },
  };
}
