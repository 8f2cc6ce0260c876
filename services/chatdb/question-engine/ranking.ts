/** Exports the ranker, its weights and its features, for programs that fit the weights. */
export { bundledDigest, bundledWeights, defaultRanker } from "./ranking/default-ranker.ts";
export { featureNames } from "./ranking/features.ts";
export { replaced, valueOf, type Forest, type Tree } from "./ranking/forest.ts";
export { leadOver, Ranker, type Candidate, type Evidence, type RankerWeights } from "./ranking/ranker.ts";
