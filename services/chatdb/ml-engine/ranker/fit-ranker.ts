import { type Evidence, featureNames, leadOver, Ranker, type RankerWeights } from "@chatdb/question-engine/ranking.ts";
import { minimize } from "../training/lbfgs.ts";
import { plantForest } from "./plant-forest.ts";

/** What a question may mean, and which of it is right. */
export interface Labelled {
  /** What the question is about: questions about the same are alike. Default: something of its own. */
  schema?: string;
  /** As many questions it counts for. Default 1 */
  weight?: number;
  plans: readonly { evidence: Evidence; right: boolean }[];
}

/** How much weights far from the prior's are held against a fit: what a prior knows is from thousands of questions. */
const penalty = 100;

/** How much weights far from 1 and 0 are held against a fit of no more than these. */
const freePenalty = 1;

const maxIterations = 100;

/** What confidence depends on beside features. */
const scoreNames = ["score", "lead", "intercept"];

/**
 * Weights by which the right plans of questions are preferred, and by which how sure to be of the preferred one.
 * @param prior weights to stay near to: their forest stands, and few questions move the others little. Without it, a forest is grown
 */
export function fitRanker(questions: readonly Labelled[], prior?: RankerWeights): RankerWeights {
  if (!prior) return fitForest(questions);
  const preference = fitPreference(questions, prior);
  const ranker = new Ranker({ ...prior, preference, sureness: {} });
  const examples = questions.flatMap(({ plans, weight }) =>
    firstOf(
      plans.map((each) => ({ ...each, score: ranker.prefer(each.evidence) })),
      weight,
    ),
  );
  return {
    ...prior,
    preference,
    sureness: fitSureness(examples, [...featureNames, ...scoreNames], prior.sureness, penalty),
  };
}

/** The forest, and how sure to be by what it says of questions about schemas that it was not grown on. */
function fitForest(questions: readonly Labelled[]): RankerWeights {
  const { forest, unseen } = plantForest(questions);
  const examples = questions.flatMap(({ plans, weight }, question) =>
    firstOf(
      plans.map((each, plan) => ({ ...each, score: unseen[question]![plan]! })),
      weight,
    ),
  );
  return { forest, preference: {}, sureness: fitSureness(examples, scoreNames, { score: 1 }, freePenalty) };
}

interface Scored {
  evidence: Evidence;
  right: boolean;
  score: number;
}

interface Example {
  values: readonly number[];
  right: boolean;
  weight: number;
}

/** The preferred plan of a question: its features, its score, its lead and 1. */
function firstOf(plans: readonly Scored[], weight = 1): Example[] {
  const [best, next] = plans.toSorted((a, b) => b.score - a.score);
  return best
    ? [
        {
          values: [...Array.from(best.evidence.features), best.score, leadOver(best.score, next?.score), 1],
          right: best.right,
          weight,
        },
      ]
    : [];
}

/** What to add to the forest, so that the right plans of a question are preferred to its wrong ones: the likelihood of a choice among them. */
function fitPreference(questions: readonly Labelled[], prior: RankerWeights): Record<string, number> {
  const before = new Ranker({ ...prior, preference: {} });
  const undecided = questions.filter(
    ({ plans }) => plans.some(({ right }) => right) && plans.some(({ right }) => !right),
  );
  const choices = undecided.map(({ plans, weight = 1 }) => ({
    weight,
    plans: plans.map(({ evidence, right }) => ({ values: evidence.features, score: before.prefer(evidence), right })),
  }));
  const point = fit(
    featureNames.map((name) => prior.preference[name] ?? 0),
    penalty,
    choices.length,
    (weights, gradient) => {
      let loss = 0;
      for (const { plans, weight } of choices) {
        const scores = plans.map(({ values, score }) => score + product(values, weights));
        const top = Math.max(...scores);
        const odds = scores.map((score) => Math.exp(score - top));
        const all = odds.reduce((sum, each) => sum + each, 0);
        const rights = plans.reduce((sum, { right }, place) => sum + (right ? odds[place]! : 0), 0);
        loss -= weight * Math.log(Math.max(rights / all, Number.MIN_VALUE));
        plans.forEach(({ values, right }, place) =>
          add(
            gradient,
            weight * (odds[place]! / all - (right ? odds[place]! / Math.max(rights, Number.MIN_VALUE) : 0)),
            values,
          ),
        );
      }
      return loss;
    },
  );
  return byName(featureNames, point);
}

/** Logistic regression on those of the values that have these names. */
function fitSureness(
  examples: readonly Example[],
  names: readonly string[],
  prior: RankerWeights["sureness"],
  held: number,
): Record<string, number> {
  const places = names.map((name) => [...featureNames, ...scoreNames].indexOf(name));
  const rows = examples.map(({ values, ...example }) => ({
    ...example,
    values: places.map((place) => values[place]!),
  }));
  const point = fit(
    names.map((name) => prior[name] ?? 0),
    held,
    rows.length,
    (weights, gradient) => {
      let loss = 0;
      for (const { values, right, weight } of rows) {
        const chance = 1 / (1 + Math.exp(-product(values, weights)));
        loss -= weight * Math.log(Math.max(right ? chance : 1 - chance, Number.MIN_VALUE));
        add(gradient, weight * (chance - Number(right)), values);
      }
      return loss;
    },
  );
  return byName(names, point);
}

/** The minimum of the sum of losses over so many examples, with weights held near to the prior. */
function fit(
  prior: readonly number[],
  held: number,
  examples: number,
  lossAt: (point: Float64Array, gradient: Float64Array) => number,
): Float64Array {
  const scale = 1 / Math.max(1, examples);
  return minimize(
    (point, gradient) => {
      let loss = lossAt(point, gradient);
      for (let place = 0; place < prior.length; place++) {
        const away = point[place]! - prior[place]!;
        loss += (held / 2) * away ** 2;
        gradient[place] = (gradient[place]! + held * away) * scale;
      }
      return loss * scale;
    },
    Float64Array.from(prior),
    { maxIterations },
  );
}

function product(values: ArrayLike<number>, weights: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < weights.length; place++) sum += weights[place]! * values[place]!;
  return sum;
}

function add(to: Float64Array, factor: number, values: ArrayLike<number>): void {
  for (let place = 0; place < to.length; place++) to[place]! += factor * values[place]!;
}

/** Without those that are 0. */
const byName = (names: readonly string[], point: Float64Array): Record<string, number> =>
  Object.fromEntries(
    names
      .map((name, place) => [name, Math.round(point[place]! * 1e4) / 1e4] as const)
      .filter(([, weight]) => weight !== 0),
  );
