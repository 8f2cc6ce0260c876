import type { Candidate } from "../ranking/ranker.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { readingOf } from "../plan/reading.ts";
import { Refusal } from "../refusal.ts";
import { contextDependence, followUps } from "./follow-ups.ts";
import type { Continuation } from "./context.ts";

/** Log-odds of a reading without cost, and their change per unit of cost. */
const confidenceLogit = { intercept: 3.4, cost: -2.5 };

/** Inverse temperature of the softmax over the costs of readings. */
const softmaxSharpness = 4;

/** Examples of follow-up questions. */
const hints = ["and in ...?", "only those over ...", "sort by ...", "top 5", "how many?", "per ..."];

/**
 * Ranks what a question may mean after another one: as a follow-up of that question's plan, or by itself.
 * @param byItself its meanings as a question of its own
 * @throws Refusal if it has none and does not follow up on the plan either
 */
export function understandNext(
  question: string,
  before: QueryPlan,
  index: SchemaIndex,
  now: Date,
  byItself: () => Candidate[],
): Candidate[] {
  const continuations = withConfidence(withDistinctReadings(followUps(question, before, index, now), index));
  const { found: own, refusal } = unlessRefused(byItself);
  const isNext = contextDependence(question, index, now);
  if (continuations.length === 0 && isNext > 0.5)
    throw new Refusal("I did not understand how that goes on from the question before.", {
      hints: [`You can say, for example: ${hints.join(", ")}`],
    });
  if (continuations.length === 0 && refusal) throw refusal;
  const [nextOdds, ownOdds] = [isNext * (continuations[0]?.confidence ?? 0), (1 - isNext) * (own[0]?.confidence ?? 0)];
  const share = nextOdds / (nextOdds + ownOdds);
  const weighted = (candidates: readonly Candidate[], part: number) =>
    candidates.map((each) => ({ ...each, confidence: each.confidence * part }));
  return mergeSamePlans([...weighted(continuations, share), ...weighted(own, 1 - share)]);
}

/** Keeps the likeliest of the plans with the same reading, since a person sees one. */
function withDistinctReadings(readings: readonly Continuation[], { schema }: SchemaIndex): Continuation[] {
  return [...Map.groupBy(readings, ({ plan }) => readingOf(plan, schema)).values()].map(([likeliest]) => likeliest!);
}

/** Gives each reading a confidence by its own cost and by its cost relative to the others. */
function withConfidence(readings: readonly Continuation[]): Candidate[] {
  const weights = readings.map(({ cost }) => Math.exp(-softmaxSharpness * cost));
  const all = weights.reduce((sum, each) => sum + each, 0);
  return readings.map(({ plan, cost, unread }, place) => ({
    plan,
    unread,
    features: [],
    confidence: weights[place]! / all / (1 + Math.exp(-confidenceLogit.intercept - confidenceLogit.cost * cost)),
  }));
}

/** Adds the confidences of equal plans. */
function mergeSamePlans(candidates: readonly Candidate[]): Candidate[] {
  const groups = Map.groupBy(candidates, ({ plan }) => JSON.stringify(plan));
  return [...groups.values()]
    .map((same) => ({
      ...same[0]!,
      confidence: Math.min(
        1,
        same.reduce((sum, each) => sum + each.confidence, 0),
      ),
    }))
    .sort((a, b) => b.confidence - a.confidence);
}

function unlessRefused(byItself: () => Candidate[]): { found: Candidate[]; refusal?: Refusal } {
  try {
    return { found: byItself() };
  } catch (error) {
    if (error instanceof Refusal) return { found: [], refusal: error };
    throw error;
  }
}
