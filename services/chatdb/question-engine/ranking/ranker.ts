import type { QueryPlan } from "../plan/plan.ts";
import { featureNames } from "./features.ts";
import { replaced, valueOf, type Forest, type Tree } from "./forest.ts";

/** A candidate plan with what the ranker needs to know about it. */
export interface Evidence {
  plan: QueryPlan;
  /** Words of the question that the plan does not use. */
  unread: readonly string[];
  /** Values of the features, in the order of `featureNames`. */
  features: ArrayLike<number>;
}

/** A ranked candidate plan. */
export interface Candidate extends Evidence {
  /** Probability from 0 to 1 that the person meant this plan. */
  confidence: number;
}

/** Weights of the ranker by feature name; a missing one is 0. */
export interface RankerWeights {
  /** Weights of the log-odds that a plan is meant. Default: 0 for each feature. */
  forest?: Forest | undefined;
  /** Trees that are added to the weighted sum. */
  preference: Readonly<Record<string, number>>;
  /**
   * Weights of the log-odds that the best plan is meant: of its features, its `score`, its `lead` over the next one,
   * and an `intercept`.
   */
  sureness: Readonly<Record<string, number>>;
}

/** Limits the confidence of a plan that ignores a word, since that word may be what matters. */
const maxConfidenceWithLostWords = 0.5;

const lost = featureNames.indexOf("lost");

/** Maximum lead that changes the confidence. */
export const maxLead = 4;

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Ranks candidate plans and estimates the confidence in each. */
export class Ranker {
  readonly #trees: readonly Tree[];
  readonly #intercept: number;
  readonly #preference: readonly Weight[];
  readonly #sureness: readonly Weight[];
  readonly #of: { score: number; lead: number; intercept: number };

  /** @throws Error if a weight names an unknown feature */
  constructor({ forest, preference, sureness }: RankerWeights) {
    const { score = 0, lead = 0, intercept = 0, ...others } = sureness;
    const unknown = [...(forest?.features ?? []), ...Object.keys(preference), ...Object.keys(others)].filter(
      (name) => !featureNames.includes(name),
    );
    if (unknown.length > 0)
      throw new Error(
        `The ranker's weights are of features that it does not know: ${[...new Set(unknown)].join(", ")}. Fit them anew.`,
      );
    const places = (forest?.features ?? []).map((name) => featureNames.indexOf(name));
    this.#trees = (forest?.trees ?? []).map((tree) => replaced(tree, places));
    this.#intercept = forest?.intercept ?? 0;
    this.#preference = weightsOf(preference);
    this.#sureness = weightsOf(others);
    this.#of = { score, lead, intercept };
  }

  /** @returns the plans with confidences from 0 to 1, the likeliest first */
  rank<E extends Evidence>(plans: readonly E[]): (E & { confidence: number })[] {
    const scored = plans
      .map((evidence) => ({ evidence, score: this.prefer(evidence) }))
      .sort((a, b) => b.score - a.score);
    let before = 1;
    return scored.map(({ evidence, score }, place) => {
      const other = scored[place === 0 ? 1 : 0]?.score;
      before = Math.min(before, this.#confidence(evidence, score, leadOver(score, other)));
      return { ...evidence, confidence: before };
    });
  }

  /** Scores a plan; only comparable among candidates for the same question. */
  prefer({ features }: Pick<Evidence, "features">): number {
    return valueOf(this.#trees, this.#intercept, features) + product(features, this.#preference);
  }

  #confidence({ features }: Evidence, score: number, lead: number): number {
    const { score: ofScore, lead: ofLead, intercept } = this.#of;
    const confidence = logistic(product(features, this.#sureness) + ofScore * score + ofLead * lead + intercept);
    return features[lost]! > 0 ? Math.min(confidence, maxConfidenceWithLostWords) : confidence;
  }
}

/** Returns the lead of a plan over another, negative if it is behind. */
export const leadOver = (score: number, other = -Infinity): number =>
  Math.max(-maxLead, Math.min(maxLead, score - other));

interface Weight {
  place: number;
  weight: number;
}

const weightsOf = (weights: Readonly<Record<string, number>>): Weight[] =>
  Object.entries(weights).flatMap(([name, weight]) =>
    weight === 0 ? [] : [{ place: featureNames.indexOf(name), weight }],
  );

const product = (values: ArrayLike<number>, weights: readonly Weight[]) =>
  weights.reduce((sum, { place, weight }) => sum + values[place]! * weight, 0);
