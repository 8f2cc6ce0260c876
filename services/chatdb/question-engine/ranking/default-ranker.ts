import { createHash } from "node:crypto";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import weights from "./weights.json" with { type: "json" };
import { Ranker, type RankerWeights } from "./ranker.ts";

// JSON has no tuples, so a tree is an array of four.
export const bundledWeights = weights as unknown as RankerWeights;

/** Identifies the features that weights were fitted for: weights are valid for exactly these. */
export const bundledDigest = createHash("sha256").update(canonicalJson(weights)).digest("hex");

/** The ranker that is used before anything is learned, fitted to questions about many public schemas. */
export const defaultRanker = new Ranker(bundledWeights);
