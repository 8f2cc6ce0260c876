import type { BoostedTrees } from "../artifact.ts";
import { doubles, oneHot, type Graph, type Value } from "./graph.ts";

/**
 * Adds the scores of boosted trees: [rows, scores]. ONNX compares numbers but not sets of categories, so each set of a
 * node becomes a column of its own, which is at most -0.5 if the row goes left.
 */
export function addTrees(graph: Graph, { features, intercepts, trees }: BoostedTrees): Value {
  const sets = new SetColumns();
  const { nodes, leaves } = ensembleOf({ features, intercepts, trees }, sets);
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

/** Lists the nodes and leaves of all trees as columns, and collects the sets of their nodes. */
function ensembleOf(
  { features, intercepts, trees }: Pick<BoostedTrees, "features" | "intercepts" | "trees">,
  sets: SetColumns,
) {
  const numberIndices = indicesOfNumbers(features);
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
      const featureIndex = tree.features[node]!;
      const threshold = tree.thresholds[node]!;
      const leaf = right === 0;
      const isSet = !leaf && features[featureIndex]!.kind === "category";
      const missingLeft = tree.missing_left[node] === 1;
      const setColumn = isSet ? numbers + sets.indexOf(featureIndex, tree.sets[threshold]!, missingLeft) : 0;
      nodes.treeids.push(number);
      nodes.nodeids.push(node);
      nodes.modes.push(leaf ? "LEAF" : "BRANCH_LEQ");
      nodes.featureids.push(leaf ? 0 : isSet ? setColumn : numberIndices[featureIndex]!);
      nodes.values.push(isSet ? -0.5 : threshold);
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
  return { nodes, leaves };
}

/** Returns the index of each feature among those of numbers. */
function indicesOfNumbers(features: BoostedTrees["features"]): number[] {
  let numbers = 0;
  return features.map(({ kind }) => (kind === "number" ? numbers++ : NaN));
}

/** The distinct sets that nodes split on. Their columns follow those of the numbers. */
class SetColumns {
  readonly columns: { feature: number; set: readonly number[]; missingLeft: boolean }[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(feature: number, set: readonly number[], missingLeft: boolean): number {
    const key = JSON.stringify([feature, set, missingLeft]);
    let index = this.#indices.get(key);
    if (index === undefined) {
      this.#indices.set(key, (index = this.columns.length));
      this.columns.push({ feature, set, missingLeft });
    }
    return index;
  }
}

/**
 * Adds the input of the trees: the numbers, then the columns of sets, which are the one-hot categories times a matrix,
 * less a constant.
 */
function row(graph: Graph, features: BoostedTrees["features"], { columns }: SetColumns): Value {
  const numbers = features.filter(({ kind }) => kind === "number").map(({ name }) => graph.input(name, "double"));
  const hot = features.flatMap((feature) =>
    feature.kind === "category" ? [oneHot(graph, graph.input(feature.name, "string"), feature.categories)] : [],
  );
  if (columns.length === 0) return graph.op("Concat", [...numbers, ...hot], { axis: 1 });
  const categories = features.flatMap((feature, index) =>
    feature.kind === "category" ? feature.categories.map((_, category) => ({ index, category })) : [],
  );
  // An unknown category is 0 everywhere, so categories that go the other way than unknown ones have the non-zero
  // entries.
  const matrix = categories.flatMap(({ index, category }) =>
    columns.map(({ feature, set, missingLeft }) =>
      feature === index && set.includes(category) !== missingLeft ? (missingLeft ? 1 : -1) : 0,
    ),
  );
  const product = graph.op("MatMul", [
    graph.op("Concat", hot, { axis: 1 }),
    graph.constant(doubles(matrix, [categories.length, columns.length])),
  ]);
  const missing = graph.constant(doubles(columns.map(({ missingLeft }) => (missingLeft ? 1 : 0))));
  return graph.op("Concat", [...numbers, graph.op("Sub", [product, missing])], { axis: 1 });
}
