import { featureNames, featuresOf, preferenceNames, type Evidence } from "@chatdb/query-parser/ranking/features.ts";
import { leadOver, Ranker, type RankerWeights } from "@chatdb/query-parser/ranking/ranker.ts";
import { minimize } from "../training/lbfgs.ts";

/** What a question may mean, and which of it is right. */
export interface Labelled {
  plans: readonly { evidence: Evidence; right: boolean }[];
}

/** How much weights far from zero, or from the prior's, are held against a fit. What a prior knows is from thousands of questions. */
const penalties = { zero: 3, prior: 50 };

const maxIterations = 300;

/**
 * Weights by which the right plans of questions are preferred, and by which how sure to be of the preferred one.
 * @param prior weights to stay near to: few questions move them little. Default: zeros
 */
export function fitRanker(questions: readonly Labelled[], prior?: RankerWeights): RankerWeights {
  const penalty = prior ? penalties.prior : penalties.zero;
  const weightsOf = (part: keyof RankerWeights, ofPart: readonly string[]) => ({ weights: ofPart.map((name) => prior?.[part][name] ?? 0), penalty });
  const names = [...featureNames, "lead", "intercept"];
  const preference = byName(preferenceNames, fitPreference(questions, weightsOf("preference", preferenceNames)));
  const ranker = new Ranker({ preference, sureness: {} });
  const first = questions.flatMap(({ plans }): Example[] => {
    const [best, next] = plans.map((each) => ({ ...each, score: ranker.prefer(each.evidence) })).sort((a, b) => b.score - a.score);
    return best ? [{ values: [...featuresOf(best.evidence), leadOver(best.score, next?.score)], right: best.right }] : [];
  });
  const sureness = fitSureness(first, weightsOf("sureness", names));
  return { preference, sureness: byName(names, sureness) };
}

/** Weights to stay near to, and how much what is far from them is held against a fit. */
interface Prior {
  weights: readonly number[];
  penalty: number;
}

/** Weights under which the right plans of a question are preferred to its wrong ones: the likelihood of a choice among them. */
function fitPreference(questions: readonly Labelled[], prior: Prior): Float64Array {
  const places = preferenceNames.map((name) => featureNames.indexOf(name));
  const undecided = questions.filter(({ plans }) => plans.some(({ right }) => right) && plans.some(({ right }) => !right));
  const choices = undecided.map(({ plans }) => plans.map(({ evidence, right }) => ({ values: at(featuresOf(evidence), places), right })));
  return fit(prior, choices.length, (point, gradient) => {
    let loss = 0;
    for (const plans of choices) {
      const scores = plans.map(({ values }) => product(values, point));
      const top = Math.max(...scores);
      const odds = scores.map((score) => Math.exp(score - top));
      const all = odds.reduce((sum, each) => sum + each, 0);
      const rights = plans.reduce((sum, { right }, index) => sum + (right ? odds[index]! : 0), 0);
      loss -= Math.log(Math.max(rights / all, Number.MIN_VALUE));
      plans.forEach(({ values, right }, index) => add(gradient, odds[index]! / all - (right ? odds[index]! / rights : 0), values));
    }
    return loss;
  });
}

interface Example {
  values: readonly number[];
  right: boolean;
}

/** Logistic regression. The intercept comes last. */
function fitSureness(examples: readonly Example[], prior: Prior): Float64Array {
  const rows = examples.map(({ values, right }) => ({ values: [...values, 1], right }));
  return fit(prior, rows.length, (point, gradient) => {
    let loss = 0;
    for (const { values, right } of rows) {
      const chance = 1 / (1 + Math.exp(-product(values, point)));
      loss -= Math.log(Math.max(right ? chance : 1 - chance, Number.MIN_VALUE));
      add(gradient, chance - Number(right), values);
    }
    return loss;
  });
}

/** The minimum of a sum of losses over so many examples, with weights held near to the prior. */
function fit({ weights, penalty }: Prior, examples: number, sum: (point: Float64Array, gradient: Float64Array) => number): Float64Array {
  const scale = 1 / Math.max(1, examples);
  return minimize(
    (point, gradient) => {
      let loss = sum(point, gradient);
      for (let place = 0; place < weights.length; place++) {
        const away = point[place]! - weights[place]!;
        loss += (penalty / 2) * away ** 2;
        gradient[place] = (gradient[place]! + penalty * away) * scale;
      }
      return loss * scale;
    },
    Float64Array.from(weights),
    { maxIterations },
  );
}

const at = (values: readonly number[], places: readonly number[]) => places.map((place) => values[place]!);

const product = (values: readonly number[], weights: Float64Array) => values.reduce((sum, value, place) => sum + value * weights[place]!, 0);

function add(to: Float64Array, factor: number, values: readonly number[]): void {
  for (let place = 0; place < values.length; place++) to[place]! += factor * values[place]!;
}

const byName = (names: readonly string[], point: Float64Array): Record<string, number> => Object.fromEntries(names.map((name, place) => [name, Math.round(point[place]! * 1000) / 1000]));
