import type { BoostedTrees } from "./artifact.ts";
import { logOddsFactors, classPrediction, explanationOf, type Inference } from "./prediction.ts";
import { sigmoid, softmax } from "./softmax.ts";
import { addContributions, createRawRow, leafOf } from "./tree.ts";

export function treesInference({ features, classes, intercepts, trees }: BoostedTrees): Inference {
  const rawRow = createRawRow(features);
  const isCategory = features.map(({ kind }) => kind === "category");
  const count = intercepts.length;

  const scoresOf = (row: Float64Array) => {
    const scores = Float64Array.from(intercepts);
    for (let n = 0; n < trees.length; n++) scores[n % count]! += trees[n]!.values[leafOf(trees[n]!, isCategory, row)]!;
    return scores;
  };
  const probabilitiesOf = (scores: Float64Array) =>
    count > 1 ? softmax(scores) : Float64Array.of(1 - sigmoid(scores[0]!), sigmoid(scores[0]!));

  return {
    predict(values) {
      const scores = scoresOf(rawRow(values));
      if (!classes) return { prediction: scores[0]! };
      const { prediction, probabilities } = classPrediction(classes, probabilitiesOf(scores));
      return { prediction, probabilities };
    },
    explain(values) {
      const row = rawRow(values);
      const place = classes ? classPrediction(classes, probabilitiesOf(scoresOf(row))).place : 0;
      const factors = count > 1 ? logOddsFactors(place, count) : [classes && place === 0 ? -1 : 1];
      const contributions = new Float64Array(features.length);
      let base = intercepts.reduce((sum, intercept, k) => sum + factors[k]! * intercept, 0);
      trees.forEach((tree, n) => (base += addContributions(tree, isCategory, row, factors[n % count]!, contributions)));
      return explanationOf(
        base,
        features.map(({ name }) => name),
        contributions,
      );
    },
  };
}
