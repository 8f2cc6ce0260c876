import type { BoostedTrees } from "../artifact.ts";
import { doubles, type Graph, type Value } from "./graph.ts";
import { oneHot } from "./one-hot.ts";

/**
 * The scores of boosted trees: [rows, scores]. ONNX compares numbers, not sets of categories: so each set that a node asks for is a column of
 * its own, at most -0.5 where the row goes left.
 */
export function addTrees(graph: Graph, { features, intercepts, trees }: BoostedTrees): Value {
  const sets = new SetColumns();
  const numberPlaces = placesOfNumbers(features);
  const numbers = features.filter(({ kind }) => kind === "number").length;
  const nodes = {
    treeids: [] as number[],
    nodeids: [] as number[],
    featureids: [] as number[],
    modes: [] as string[],
    values: [] as number[],
    truenodeids: [] as number[],
    falsenodeids: [] as number[],
    missing: [] as number[],
  };
  const leaves = { treeids: [] as number[], nodeids: [] as number[], ids: [] as number[], weights: [] as number[] };
  trees.forEach((tree, number) => {
    tree.rights.forEach((right, node) => {
      const feature = features[tree.features[node]!]!;
      const leaf = right === 0;
      const asksSet = !leaf && feature.kind === "category";
      const missingLeft = tree.missing_left[node] === 1;
      nodes.treeids.push(number);
      nodes.nodeids.push(node);
      nodes.modes.push(leaf ? "LEAF" : "BRANCH_LEQ");
      nodes.featureids.push(
        leaf
          ? 0
          : asksSet
            ? numbers + sets.place(tree.features[node]!, tree.sets[tree.thresholds[node]!]!, missingLeft)
            : numberPlaces[tree.features[node]!]!,
      );
      nodes.values.push(asksSet ? -0.5 : tree.thresholds[node]!);
      nodes.truenodeids.push(leaf ? 0 : node + 1);
      nodes.falsenodeids.push(right);
      nodes.missing.push(!leaf && missingLeft ? 1 : 0);
      if (!leaf) return;
      leaves.treeids.push(number);
      leaves.nodeids.push(node);
      leaves.ids.push(number % intercepts.length);
      leaves.weights.push(tree.values[node]!);
    });
  });
  const scores = graph.ml("TreeEnsembleRegressor", [row(graph, features, sets)], {
    n_targets: intercepts.length,
    aggregate_function: "SUM",
    post_transform: "NONE",
    base_values_as_tensor: doubles(intercepts),
    nodes_treeids: nodes.treeids,
    nodes_nodeids: nodes.nodeids,
    nodes_featureids: nodes.featureids,
    nodes_modes: nodes.modes,
    nodes_values_as_tensor: doubles(nodes.values),
    nodes_truenodeids: nodes.truenodeids,
    nodes_falsenodeids: nodes.falsenodeids,
    nodes_missing_value_tracks_true: nodes.missing,
    target_treeids: leaves.treeids,
    target_nodeids: leaves.nodeids,
    target_ids: leaves.ids,
    target_weights_as_tensor: doubles(leaves.weights),
  });
  return graph.op("Cast", [scores], { to: 11 });
}

/** The place of each feature among those of numbers. */
function placesOfNumbers(features: BoostedTrees["features"]): number[] {
  let numbers = 0;
  return features.map(({ kind }) => (kind === "number" ? numbers++ : NaN));
}

/** The columns of sets, each of which some nodes ask for. They come after the numbers. */
class SetColumns {
  readonly columns: { feature: number; set: readonly number[]; missingLeft: boolean }[] = [];
  readonly #places = new Map<string, number>();

  place(feature: number, set: readonly number[], missingLeft: boolean): number {
    const key = JSON.stringify([feature, set, missingLeft]);
    let place = this.#places.get(key);
    if (place === undefined) {
      this.#places.set(key, (place = this.columns.length));
      this.columns.push({ feature, set, missingLeft });
    }
    return place;
  }
}

/** What the trees ask: the numbers, then the columns of sets, which are all categories of all features times a matrix of 0 and 1, less 1. */
function row(graph: Graph, features: BoostedTrees["features"], { columns }: SetColumns): Value {
  const numbers = features.filter(({ kind }) => kind === "number").map(({ name }) => graph.input(name, "double"));
  const hot = features.flatMap((feature) =>
    feature.kind === "category" ? [oneHot(graph, graph.input(feature.name, "string"), feature.categories)] : [],
  );
  if (columns.length === 0) return graph.op("Concat", [...numbers, ...hot], { axis: 1 });
  const places = features.flatMap((feature, index) =>
    feature.kind === "category" ? feature.categories.map((_, category) => ({ index, category })) : [],
  );
  // A word that is none of the categories has 0 everywhere, so what goes the other way than it has the 1.
  const matrix = places.flatMap(({ index, category }) =>
    columns.map(({ feature, set, missingLeft }) =>
      feature === index && set.includes(category) !== missingLeft ? (missingLeft ? 1 : -1) : 0,
    ),
  );
  const product = graph.op("MatMul", [
    graph.op("Concat", hot, { axis: 1 }),
    graph.constant(doubles(matrix, [places.length, columns.length])),
  ]);
  const missing = graph.constant(doubles(columns.map(({ missingLeft }) => (missingLeft ? 1 : 0))));
  return graph.op("Concat", [...numbers, graph.op("Sub", [product, missing])], { axis: 1 });
}
