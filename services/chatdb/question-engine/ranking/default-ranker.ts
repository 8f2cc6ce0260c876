import { createHash } from "node:crypto";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import weights from "./weights.json" with { type: "json" };
import { Ranker, type RankerWeights } from "./ranker.ts";

// JSON has no tuples: a tree is an array of four.
export const bundledWeights = weights as unknown as RankerWeights;

/** Tells weights that were fitted from these from others: they mean something beside these features alone. */
export const bundledDigest = createHash("sha256").update(canonicalJson(weights)).digest("hex");

/** Works on day one: fitted to questions about many schemas, none of them a customer's. */
export const defaultRanker = new Ranker(bundledWeights);
