import { readingsOf } from "./grammar/read.ts";
import { Sentence } from "./grammar/sentence.ts";
import { root } from "./language/tokens.ts";
import type { SchemaIndex } from "./linking/schema-index.ts";
import type { QueryPlan } from "./plan/plan.ts";
import { problemsOf } from "./plan/validate.ts";
import { plansOf } from "./planning/planner.ts";
import { Refusal } from "./refusal.ts";

/** A plan that a question may mean. */
export interface Candidate {
  plan: QueryPlan;
  /** How likely it is to be what was meant, from 0 to 1. */
  confidence: number;
  /** Words that were passed over. */
  unread: readonly string[];
}

/** Readings of which plans are made, the likeliest first. */
const maxReadings = 6;

/**
 * What a question may mean, the likeliest first; all candidates fit the schema.
 * @throws Refusal where nothing fits, saying why
 */
export function understand(question: string, index: SchemaIndex, now = new Date()): Candidate[] {
  const candidates = new Map<string, { plan: QueryPlan; unread: readonly string[]; cost: number }>();
  let refusal: Refusal | undefined;
  const sentence = new Sentence(question, index, now);
  const said = new Set(sentence.tokens.map(({ stem }) => root(stem)));
  for (const { frame, cost, unread } of readingsOf(sentence).slice(0, maxReadings)) {
    try {
      for (const planned of plansOf(frame, index, said)) {
        if (problemsOf(planned.plan, index.schema).length > 0) continue;
        const key = JSON.stringify(planned.plan);
        const candidate = { plan: planned.plan, cost: cost + planned.cost, unread };
        if ((candidates.get(key)?.cost ?? Infinity) > candidate.cost) candidates.set(key, candidate);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
    }
  }
  if (candidates.size === 0) throw refusal ?? new Refusal("I did not understand the question.");
  return [...candidates.values()].map(({ plan, unread, cost }) => ({ plan, unread, confidence: confidenceOf(cost) })).sort((a, b) => b.confidence - a.confidence);
}

/** By how often plans that were so far-fetched were right. */
const confidenceOf = (cost: number) => 1 / (1 + Math.exp(1.9 * (cost - 1.8)));
