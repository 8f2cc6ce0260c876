import { z } from "zod";
import type { FeatureValues, TableFeature } from "./feature.ts";

/**
 * A decision tree as columns by node in preorder: node 0 is the root, and the left child of node n is n + 1. A row of
 * raw values (`createRawRow`) goes left
 * - by a feature of numbers, if its value is at most the threshold;
 * - by a feature of categories, if its category is in `sets[threshold]`;
 * - without a value, or with an unknown category, if `missing_left` is 1.
 */
export const tree = z.object({
  features: z
    .array(z.int().nonnegative())
    .min(1)
    .describe("Index of the feature that the node splits on; 0 for a leaf"),
  thresholds: z.array(z.number()).describe("0 for a leaf"),
  missing_left: z.array(z.union([z.literal(0), z.literal(1)])),
  rights: z.array(z.int().nonnegative()).describe("The right child; 0 for a leaf"),
  values: z
    .array(z.number())
    .describe("Value of a leaf; for other nodes, the mean of the leaves below by training rows"),
  sets: z.array(z.array(z.int().nonnegative())).describe("Indices of categories that go left"),
});
export type Tree = z.infer<typeof tree>;

/** Finds out why a tree is inconsistent with the features; returns undefined if it is consistent. */
export function inconsistency(
  { features, thresholds, missing_left, rights, values, sets }: Tree,
  modelFeatures: readonly TableFeature[],
): string | undefined {
  const nodes = features.length;
  if ([thresholds, missing_left, rights, values].some(({ length }) => length !== nodes))
    return "columns are not equally long";
  for (let node = 0; node < nodes; node++) {
    const feature = modelFeatures[features[node]!];
    if (feature === undefined) return `node ${node} splits on an unknown feature`;
    if (rights[node] === 0) continue;
    // Children come later, so every walk ends.
    if (rights[node]! <= node + 1 || rights[node]! >= nodes) return `node ${node} has no valid right child`;
    if (feature.kind === "category" && !sets[thresholds[node]!]?.every((place) => place < feature.categories.length))
      return `node ${node} splits on unknown categories`;
  }
  return undefined;
}

/**
 * Creates a function that converts values to a raw row: numbers, indices of categories, and NaN if missing or unknown.
 */
export function createRawRow(features: readonly TableFeature[]): (values: FeatureValues) => Float64Array {
  const places = features.map(
    (feature) => new Map(feature.kind === "category" ? feature.categories.map((name, place) => [name, place]) : []),
  );
  return (values) => {
    const row = new Float64Array(features.length);
    for (let index = 0; index < features.length; index++) {
      const { kind, name } = features[index]!;
      const value = values[name];
      row[index] =
        value === undefined ? NaN : kind === "number" ? Number(value) : (places[index]!.get(String(value)) ?? NaN);
    }
    return row;
  };
}

/** Finds the leaf of a row. */
export function leafOf(
  { features, thresholds, missing_left, rights, sets }: Tree,
  isCategory: readonly boolean[],
  row: Float64Array,
): number {
  let node = 0;
  for (let right = rights[0]!; right !== 0; right = rights[node]!) {
    const feature = features[node]!;
    const value = row[feature]!;
    const left =
      value !== value
        ? missing_left[node] === 1
        : isCategory[feature]
          ? sets[thresholds[node]!]!.includes(value)
          : value <= thresholds[node]!;
    node = left ? node + 1 : right;
  }
  return node;
}

/**
 * Adds to each feature the changes of the node's value at its splits (A. Saabas, Interpreting random forests, 2014);
 * returns the root's value. In preorder the leaf's index determines the path: it is in the last subtree that begins at
 * or before it.
 */
export function addContributions(
  tree: Tree,
  isCategory: readonly boolean[],
  row: Float64Array,
  factor: number,
  contributions: Float64Array,
): number {
  const leaf = leafOf(tree, isCategory, row);
  for (let node = 0; node !== leaf; ) {
    const next = leaf < tree.rights[node]! ? node + 1 : tree.rights[node]!;
    contributions[tree.features[node]!]! += factor * (tree.values[next]! - tree.values[node]!);
    node = next;
  }
  return factor * tree.values[0]!;
}
