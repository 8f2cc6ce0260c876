import { type Evidence, featureNames, leadOver, Ranker, type RankerWeights } from "@chatdb/question-engine/ranking.ts";
import { minimize } from "../training/lbfgs.ts";
import { trainForest } from "./cross-validated-forest.ts";
import type { Labelled } from "./labelled.ts";

/**
 * L2 penalty on the distance from the prior's weights. It is high, since the prior was fitted to thousands of
 * questions.
 */
const penalty = 100;

/** L2 penalty for a fit of the score weights alone. */
const freePenalty = 1;

const maxIterations = 100;

/** Inputs of the confidence beside the features. */
const scoreNames = ["score", "lead", "intercept"];

/**
 * Fits the weights that rank the plans of a question and those that give the confidence of the best one.
 * @param prior weights to stay near; its forest is kept, and few questions move the other weights little. Default: a new forest is
 * trained
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
    sureness: fitConfidence(examples, [...featureNames, ...scoreNames], prior.sureness, penalty),
  };
}

/** Trains a forest and fits the confidence to its scores on schemas that it did not see. */
function fitForest(questions: readonly Labelled[]): RankerWeights {
  const { forest, outOfFoldScores } = trainForest(questions);
  const examples = questions.flatMap(({ plans, weight }, question) =>
    firstOf(
      plans.map((each, plan) => ({ ...each, score: outOfFoldScores[question]![plan]! })),
      weight,
    ),
  );
  return { forest, preference: {}, sureness: fitConfidence(examples, scoreNames, { score: 1 }, freePenalty) };
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

/** The best-ranked plan as an example: its features, score, lead and 1. */
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

/** Fits linear weights, added to the forest, by the likelihood of choosing a right plan of each question (softmax). */
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

/** Fits a logistic regression on the values with these names. */
function fitConfidence(
  examples: readonly Example[],
  names: readonly string[],
  prior: RankerWeights["sureness"],
  penaltyPerWeight: number,
): Record<string, number> {
  const places = names.map((name) => [...featureNames, ...scoreNames].indexOf(name));
  const rows = examples.map(({ values, ...example }) => ({
    ...example,
    values: places.map((place) => values[place]!),
  }));
  const point = fit(
    names.map((name) => prior[name] ?? 0),
    penaltyPerWeight,
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

/** Minimizes the mean loss with an L2 penalty on the distance from the prior. */
function fit(
  prior: readonly number[],
  penaltyPerWeight: number,
  examples: number,
  lossAt: (point: Float64Array, gradient: Float64Array) => number,
): Float64Array {
  const scale = 1 / Math.max(1, examples);
  return minimize(
    (point, gradient) => {
      let loss = lossAt(point, gradient);
      for (let place = 0; place < prior.length; place++) {
        const away = point[place]! - prior[place]!;
        loss += (penaltyPerWeight / 2) * away ** 2;
        gradient[place] = (gradient[place]! + penaltyPerWeight * away) * scale;
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

/** Weights by name, rounded, without zeros. */
const byName = (names: readonly string[], point: Float64Array): Record<string, number> =>
  Object.fromEntries(
    names
      .map((name, place) => [name, Math.round(point[place]! * 1e4) / 1e4] as const)
      .filter(([, weight]) => weight !== 0),
  );
