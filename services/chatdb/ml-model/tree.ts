import { z } from "zod";
import type { FeatureValues, TableFeature } from "./feature.ts";

/**
 * A tree of decisions as columns by node, a node before all that is under it: node 0 is the root, and what is left under node n begins
 * at n + 1. A row of raw values (`rawRow`) goes
 * - by a feature of numbers, left where its value is at most the threshold;
 * - by a feature of words, left where its category is in `sets[threshold]`;
 * - without a value, or with a word that is none of the categories, left where `missing_left` is 1.
 */
export const tree = z.object({
  features: z.array(z.int().nonnegative()).min(1).describe("Place of the feature that the node asks for; 0 of a leaf"),
  thresholds: z.array(z.number()).describe("0 of a leaf"),
  missing_left: z.array(z.union([z.literal(0), z.literal(1)])),
  rights: z.array(z.int().nonnegative()).describe("The node at which what is right begins; 0 of a leaf"),
  values: z
    .array(z.number())
    .describe(
      "What a leaf says; of other nodes, the mean of what is under them over the rows that it was learned from",
    ),
  sets: z.array(z.array(z.int().nonnegative())).describe("Places of categories that go left"),
});
export type Tree = z.infer<typeof tree>;

/** What is wrong with a tree about these features, if anything is. */
export function misfit(
  { features, thresholds, missing_left, rights, values, sets }: Tree,
  asked: readonly TableFeature[],
): string | undefined {
  const nodes = features.length;
  if ([thresholds, missing_left, rights, values].some(({ length }) => length !== nodes))
    return "columns are not equally long";
  for (let node = 0; node < nodes; node++) {
    const feature = asked[features[node]!];
    if (feature === undefined) return `node ${node} asks for a feature that is not there`;
    if (rights[node] === 0) continue;
    // To go on is to go to a later node, so every walk ends.
    if (rights[node]! <= node + 1 || rights[node]! >= nodes) return `node ${node} leads to no node after it`;
    if (feature.kind === "category" && !sets[thresholds[node]!]?.every((place) => place < feature.categories.length))
      return `node ${node} asks for categories that are not there`;
  }
  return undefined;
}

/** Makes what turns values into the row that trees ask: numbers as they are, words as places in their categories, and NaN for neither. */
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

/** The leaf that a row comes to. */
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
 * Adds to each feature what the steps by it change of the value of the node (A. Saabas, Interpreting random forests, 2014); returns the root's value.
 * A step to the left is to the next node, so the leaf tells the way: whatever begins at or before it, and not after.
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
