import type { Tree } from "@chatdb/ml-model/tree.ts";
import type { BinnedColumn } from "./bins.ts";
import type { Loss } from "./loss.ts";
import { TreeGrowth, type GrowthOptions } from "./tree-growth.ts";

export interface BoostingOptions extends GrowthOptions {
  /** Each round grows one tree for each score. */
  rounds: number;
  /** Chooses the features that a tree may split on, among those with more than one bin. Default: all. */
  choose?: (features: readonly number[]) => readonly number[];
  /** Rounds of an interrupted run, with the scores after them. */
  earlier?: { trees: readonly Tree[]; scores: readonly Float64Array[] } | undefined;
  /** Called after each round with all trees so far and the scores after them. */
  onRound?: (round: number, trees: readonly Tree[], scores: readonly Float64Array[]) => void;
}

/** Trees whose sum, with the intercepts, minimises the loss: tree n adds to score n % intercepts.length. */
export interface Boosted {
  intercepts: number[];
  trees: Tree[];
}

/**
 * Gradient boosting (Friedman, Greedy function approximation, 2001): each tree descends the loss from the scores of
 * those before it.
 */
export function boost(columns: readonly BinnedColumn[], loss: Loss, options: BoostingOptions): Boosted {
  const { rounds, choose = (features) => features, earlier, onRound } = options;
  const { intercepts } = loss;
  const rows = columns[0]!.bins.length;
  const scores = earlier?.scores ?? intercepts.map((intercept) => new Float64Array(rows).fill(intercept));
  const trees = [...(earlier?.trees ?? [])];
  const growth = new TreeGrowth(columns, rows, options);
  const features = columns.flatMap((column, feature) => (isConstant(column) ? [] : [feature]));
  for (let round = trees.length / intercepts.length; round < rounds; round++) {
    loss.ready?.(scores);
    for (let k = 0; k < intercepts.length; k++) {
      trees.push(growth.grow(loss.descent(scores, k), choose(features)));
      growth.addTo(scores[k]!);
    }
    onRound?.(round + 1, trees, scores);
  }
  return { intercepts, trees };
}

/** A tree cannot split on a feature that is the same in every row. */
const isConstant = ({ bins }: BinnedColumn) => bins.every((bin) => bin === bins[0]);
