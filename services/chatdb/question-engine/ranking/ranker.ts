import type { QueryPlan } from "../plan/plan.ts";
import { featureNames } from "./features.ts";
import { replaced, valueOf, type Forest, type Tree } from "./forest.ts";

/** A plan that a question may mean, with what the ranker needs to know about it. */
export interface Evidence {
  plan: QueryPlan;
  /** Words of the question that the plan does not use. */
  unread: readonly string[];
  /** Values of the features, in the order of `featureNames`. */
  features: ArrayLike<number>;
}

/** A plan that a question may mean, ranked. */
export interface Candidate extends Evidence {
  /** Probability that this plan is what was meant, from 0 to 1. */
  confidence: number;
}

/** How plans are told from each other. Weights are by the names of features; those that are left out are 0. */
export interface RankerWeights {
  /** Log-odds that a plan is what was meant. Default: 0 for each. */
  forest?: Forest | undefined;
  /** What is added to that. */
  preference: Readonly<Record<string, number>>;
  /**
   * Log-odds that the preferred plan is what was meant: of its features, its `score`, its `lead` over the next one, and
   * an `intercept`.
   */
  sureness: Readonly<Record<string, number>>;
}

/**
 * A plan that passes over a word, and has nothing in it that the word may name, is never sure: the word may be what
 * matters.
 */
const maxConfidenceWithLostWords = 0.5;

const lost = featureNames.indexOf("lost");

/** A lead larger than this tells no more. */
export const maxLead = 4;

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Tells which of several plans is the likeliest to be meant, and how likely that is. */
export class Ranker {
  readonly #trees: readonly Tree[];
  readonly #intercept: number;
  readonly #preference: readonly Weight[];
  readonly #sureness: readonly Weight[];
  readonly #of: { score: number; lead: number; intercept: number };

  /** @throws Error where the weights are of features that this ranker does not know */
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

  /** @returns the plans with their confidences, from 0 to 1, the likeliest first */
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

  /** The larger, the likelier beside other plans for the same question. */
  prefer({ features }: Pick<Evidence, "features">): number {
    return valueOf(this.#trees, this.#intercept, features) + product(features, this.#preference);
  }

  #confidence({ features }: Evidence, score: number, lead: number): number {
    const { score: ofScore, lead: ofLead, intercept } = this.#of;
    const confidence = logistic(product(features, this.#sureness) + ofScore * score + ofLead * lead + intercept);
    return features[lost]! > 0 ? Math.min(confidence, maxConfidenceWithLostWords) : confidence;
  }
}

/** How far a plan is ahead of the other, or behind it. */
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
