/**
 * A number, or a question about a feature by its place: at most the threshold, or above it. As short as it can be
 * written in JSON.
 */
export type Tree = number | [feature: number, threshold: number, below: Tree, above: Tree];

/** Trees whose sum is a log-odds. */
export interface Forest {
  /** Names of the features that trees ask about, by their places. */
  features: readonly string[];
  /** Log-odds before any tree. */
  intercept: number;
  trees: readonly Tree[];
}

/** What the trees say of features, with the intercept. */
export function valueOf(trees: readonly Tree[], intercept: number, features: ArrayLike<number>): number {
  let sum = intercept;
  for (const tree of trees) {
    let at = tree;
    while (typeof at !== "number") at = features[at[0]]! <= at[1] ? at[2] : at[3];
    sum += at;
  }
  return sum;
}

/** The tree with other places for its features. */
export function replaced(tree: Tree, places: readonly number[]): Tree {
  return typeof tree === "number"
    ? tree
    : [places[tree[0]]!, tree[1], replaced(tree[2], places), replaced(tree[3], places)];
}
