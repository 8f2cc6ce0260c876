import type { Tree as FlatTree } from "@chatdb/ml-model/tree.ts";
import type { Forest, Tree } from "@chatdb/question-engine/ranking.ts";
import { binNumbers } from "../training/bins.ts";
import { boost } from "../training/boosted-trees.ts";
import { binaryLogLoss } from "../training/loss.ts";
import type { GrowthOptions } from "../training/tree-growth.ts";

/** Training rows of a forest. */
export interface Sample {
  /** By feature, then by row. */
  columns: readonly Float64Array[];
  /** 1 for positive rows, 0 for negative ones. */
  labels: Uint8Array;
  /** Weight of each row. */
  weights: Float64Array;
}

export interface ForestOptions extends GrowthOptions {
  trees: number;
  /** Share of the features that each tree may use. */
  share: number;
  /** Source of random numbers from 0 to 1, which choose the features of each tree. */
  random: () => number;
}

/** Few bins and short numbers keep the forest small, since it ships with the program as text. */
const bins = 64;
const decimals = 4;

/** Grows trees whose sum is the log-odds of a positive row. Deterministic for the same random numbers. */
export function growForest(
  { columns, labels, weights }: Sample,
  { trees: rounds, share, random, ...options }: ForestOptions,
): Omit<Forest, "features"> {
  const binned = columns.map((values) => binNumbers(values, { maxBins: bins, decimals }));
  const choose = (features: readonly number[]) => features.filter(() => random() < share);
  const { intercepts, trees } = boost(binned, binaryLogLoss(labels, weights), {
    ...options,
    rounds,
    choose,
    decimals,
    minGain: 1e-6,
  });
  return { intercept: intercepts[0]!, trees: trees.map((tree) => nested(tree, 0)) };
}

function nested(tree: FlatTree, node: number): Tree {
  const right = tree.rights[node]!;
  if (right === 0) return tree.values[node]!;
  return [tree.features[node]!, tree.thresholds[node]!, nested(tree, node + 1), nested(tree, right)];
}
