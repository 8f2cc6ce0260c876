/** A leaf's number, or a split of a feature by its index at a threshold. The form is short in JSON. */
export type Tree = number | [feature: number, threshold: number, below: Tree, above: Tree];

/** A forest: the sum of its trees is a log-odds. */
export interface Forest {
  /** Names of the features, by the indices that trees use. */
  features: readonly string[];
  /** Log-odds before any tree. */
  intercept: number;
  trees: readonly Tree[];
}

/** Returns the log-odds of features: the intercept plus the trees. */
export function valueOf(trees: readonly Tree[], intercept: number, features: ArrayLike<number>): number {
  let sum = intercept;
  for (const tree of trees) {
    let at = tree;
    while (typeof at !== "number") at = features[at[0]]! <= at[1] ? at[2] : at[3];
    sum += at;
  }
  return sum;
}

/** Returns the tree with other indices for its features. */
export function replaced(tree: Tree, places: readonly number[]): Tree {
  return typeof tree === "number"
    ? tree
    : [places[tree[0]]!, tree[1], replaced(tree[2], places), replaced(tree[3], places)];
}
