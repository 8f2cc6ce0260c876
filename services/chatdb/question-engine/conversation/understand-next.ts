import type { Candidate } from "../understand.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { readingOf } from "../plan/reading.ts";
import { Refusal } from "../refusal.ts";
import { dependence, followUps } from "./follow-ups.ts";
import type { Continuation } from "./context.ts";

/** Log-odds of a reading that costs nothing, and what each unit of cost takes off them. */
const sureness = { intercept: 3.4, cost: -2.5 };

/** How sharply the costs of readings tell them from each other. */
const sharpness = 4;

/** What may be asked after a plan, as examples. */
const hints = ["and in ...?", "only those over ...", "sort by ...", "top 5", "how many?", "per ..."];

/**
 * What a question may mean after another one, the likeliest first: readings that go on from its plan beside those of the
 * question by itself.
 * @param byItself its meanings as a question of its own
 * @throws Refusal where it has none, and does not go on from the plan either
 */
export function understandNext(
  question: string,
  before: QueryPlan,
  index: SchemaIndex,
  now: Date,
  byItself: () => Candidate[],
): Candidate[] {
  const goingOn = withConfidence(differing(followUps(question, before, index, now), index));
  const { found: own, refusal } = unlessRefused(byItself);
  const isNext = dependence(question, index, now);
  if (goingOn.length === 0 && isNext > 0.5)
    throw new Refusal("I did not understand how that goes on from the question before.", {
      hints: [`You can say, for example: ${hints.join(", ")}`],
    });
  if (goingOn.length === 0 && refusal) throw refusal;
  const [nextOdds, ownOdds] = [isNext * (goingOn[0]?.confidence ?? 0), (1 - isNext) * (own[0]?.confidence ?? 0)];
  const share = nextOdds / (nextOdds + ownOdds);
  const weighted = (candidates: readonly Candidate[], part: number) =>
    candidates.map((each) => ({ ...each, confidence: each.confidence * part }));
  return merged([...weighted(goingOn, share), ...weighted(own, 1 - share)]);
}

/** Plans that read the same are one to the person who asks: the likeliest of them. */
function differing(readings: readonly Continuation[], { schema }: SchemaIndex): Continuation[] {
  return [...Map.groupBy(readings, ({ plan }) => readingOf(plan, schema)).values()].map(([likeliest]) => likeliest!);
}

/** A reading is as likely as it is natural, and as it is more natural than the others. */
function withConfidence(readings: readonly Continuation[]): Candidate[] {
  const weights = readings.map(({ cost }) => Math.exp(-sharpness * cost));
  const all = weights.reduce((sum, each) => sum + each, 0);
  return readings.map(({ plan, cost, unread }, place) => ({
    plan,
    unread,
    features: [],
    confidence: weights[place]! / all / (1 + Math.exp(-sureness.intercept - sureness.cost * cost)),
  }));
}

/** The same plan may be meant both ways. */
function merged(candidates: readonly Candidate[]): Candidate[] {
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
