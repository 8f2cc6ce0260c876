import { featureNames, featuresOf, type Evidence } from "./features.ts";

/** Two linear models over the same features, by their names. */
export interface RankerWeights {
  /** Tells plans for one question from each other. */
  preference: Record<string, number>;
  /** Log-odds that the preferred plan is what was meant; also of its `lead` over the next one, and an `intercept`. */
  sureness: Record<string, number>;
}

/** A plan that passes over a word is never sure: the word may be what matters. */
const mostWithUnread = 0.6;

/** A lead larger than this tells no more. */
export const maxLead = 4;

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Tells which of several plans is the likeliest to be meant, and how likely that is. */
export class Ranker {
  readonly #preference: number[];
  readonly #sureness: number[];
  readonly #lead: number;
  readonly #intercept: number;

  constructor({ preference, sureness }: RankerWeights) {
    this.#preference = featureNames.map((name) => preference[name] ?? 0);
    this.#sureness = featureNames.map((name) => sureness[name] ?? 0);
    this.#lead = sureness["lead"] ?? 0;
    this.#intercept = sureness["intercept"] ?? 0;
  }

  /** @returns the plans with their confidences, from 0 to 1, the likeliest first */
  rank<E extends Evidence>(plans: readonly E[]): (E & { confidence: number })[] {
    const scored = plans.map((evidence) => ({ evidence, score: this.prefer(evidence) })).sort((a, b) => b.score - a.score);
    let before = 1;
    return scored.map(({ evidence, score }, place) => {
      const other = scored[place === 0 ? 1 : 0]?.score;
      before = Math.min(before, this.#confidence(evidence, leadOver(score, other)));
      return { ...evidence, confidence: before };
    });
  }

  /** The larger, the likelier beside other plans for the same question. */
  prefer(evidence: Evidence): number {
    return product(featuresOf(evidence), this.#preference);
  }

  #confidence(evidence: Evidence, lead: number): number {
    const confidence = logistic(product(featuresOf(evidence), this.#sureness) + this.#lead * lead + this.#intercept);
    return evidence.unread.length > 0 ? Math.min(confidence, mostWithUnread) : confidence;
  }
}

/** How far a plan is ahead of the other, or behind it. */
export const leadOver = (score: number, other = -Infinity): number => Math.max(-maxLead, Math.min(maxLead, score - other));

const product = (values: readonly number[], weights: readonly number[]) => values.reduce((sum, value, place) => sum + value * weights[place]!, 0);
