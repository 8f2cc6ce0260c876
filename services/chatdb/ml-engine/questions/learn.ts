import type { Metrics } from "@chatdb/contracts/models.ts";
import { questionModelFormat, type QuestionModel } from "@chatdb/question-engine/question-model.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { bundledDigest, bundledWeights } from "@chatdb/question-engine/ranking.ts";
import { fitRanker } from "../ranker/fit-ranker.ts";
import type { Labelled } from "../ranker/labelled.ts";
import { JobError } from "../training/job-error.ts";
import { minDatasetRows, splitRows } from "../training/row-split.ts";
import { partOf, placesOf, unwatched, type Watch } from "../training/watch.ts";
import type { Example } from "./examples.ts";
import type { Judge } from "./judge.ts";
import { figuresOf, plansFor, readerOf, type Figures } from "./reader.ts";
import { Searches } from "./searches.ts";
import { learnWords } from "./vocabulary.ts";

export interface Learned {
  model: QuestionModel;
  /**
   * Of the examples that were held out, with what was learned from the others: before is with the bundled model alone.
   */
  metrics: Metrics;
}

export interface LearnOptions {
  /** Share of examples held out for the metrics. Default 0.2 */
  testFraction?: number | undefined;
  /** Seed of the held-out split. Default 1 */
  seed?: number | undefined;
  watch?: Watch;
}

/**
 * Of the work, until there is a trial, until questions are answered without it, with its words alone, and with all of
 * it; the rest is to learn from all.
 */
const [tried, measuredBefore, measuredBare, measured] = [0.4, 0.45, 0.5, 0.55];

/** Share of the learning that the words take. */
const wordsShare = 0.7;

/**
 * Learns how one data source is asked: from a share of the examples, to measure on the others what that helps, and then
 * from all of them. The same examples give the same model.
 * @throws JobError where there are too few, or where what was learned makes the answers to the others worse
 */
export async function learn(
  examples: readonly Example[],
  index: SchemaIndex,
  judge: Judge,
  { testFraction = 0.2, seed = 1, watch = unwatched }: LearnOptions = {},
): Promise<Learned> {
  const positive = examples.filter(({ known }) => known.kind !== "not");
  if (positive.length < minDatasetRows)
    throw new JobError(
      `There are ${positive.length} examples that say what is meant; learning takes at least ${minDatasetRows}.`,
    );
  const split = splitRows(positive.length, testFraction, seed);
  const test = Array.from(split.test, (place) => positive[place]!);
  const rest = new Set(test);
  const searches = new Searches(watch);
  const trial = await learnFrom(
    examples.filter((each) => !rest.has(each)),
    index,
    judge,
    searches,
    partOf(watch, 0, tried),
  );
  const before = await figuresOf(test, { index }, judge, partOf(watch, tried, measuredBefore));
  const bare = await figuresOf(
    test,
    readerOf(withoutRanker(trial), index),
    judge,
    partOf(watch, measuredBefore, measuredBare),
  );
  const full = await figuresOf(test, readerOf(trial, index), judge, partOf(watch, measuredBare, measured));
  const needsRanker = worthOf(full) >= worthOf(bare);
  const after = needsRanker ? full : bare;
  if (worthOf(after) < worthOf(before)) {
    throw new JobError(
      `What was learned from these examples makes answers worse: of ${test.length} that were held out, ${told(before)} before and ${told(after)} after. Nothing was registered. Are the examples right, and like the questions that are asked?`,
    );
  }
  const whole = await learnFrom(examples, index, judge, searches, partOf(watch, measured, 1));
  return {
    model: needsRanker ? whole : withoutRanker(whole),
    metrics: {
      examples: examples.length,
      test_examples: test.length,
      words: whole.words.length,
      ...after,
      ...asBefore(before),
    },
  };
}

async function learnFrom(
  examples: readonly Example[],
  index: SchemaIndex,
  judge: Judge,
  searches: Searches,
  watch: Watch,
): Promise<QuestionModel> {
  const positive = examples.filter(({ known }) => known.kind !== "not");
  const words = await searches.next((from, keep) =>
    learnWords(positive, index, judge, { watch: partOf(watch, 0, wordsShare), from, keep }),
  );
  const reader = { index: new SchemaIndex(index.schema, words) };
  const labelled: Labelled[] = [];
  for (const place of placesOf(
    examples.length,
    partOf(watch, wordsShare, 1),
    "reading questions with these words",
    1,
  )) {
    const example = examples[place]!;
    const plans: { evidence: Labelled["plans"][number]["evidence"]; right: boolean | undefined }[] = [];
    for (const evidence of plansFor(example, reader))
      plans.push({ evidence, right: await judge.isRight(example, evidence.plan) });
    // A plan that is known to be wrong counts only if it is the likeliest.
    if (plans[0]?.right !== undefined)
      labelled.push({ plans: plans.map(({ evidence, right }) => ({ evidence, right: right ?? false })) });
  }
  // The forest is the bundled one; learned weights are added to it.
  const { preference, sureness } = fitRanker(labelled, bundledWeights);
  return {
    format: questionModelFormat,
    datasource: index.schema.datasource,
    ranker: { prior: bundledDigest, weights: { preference, sureness } },
    words,
  };
}

const withoutRanker = ({ format, datasource, words }: QuestionModel): QuestionModel => ({ format, datasource, words });

/** A wrong answer costs as much as a right one gains. */
const worthOf = ({ accuracy, coverage }: Figures) => 2 * accuracy - coverage;

const told = ({ accuracy, coverage }: Figures) =>
  `${percent(accuracy)} were answered rightly and ${percent(coverage - accuracy)} wrongly`;
const percent = (share: number) => `${(100 * share).toFixed(0)}%`;

const asBefore = (figures: Figures): Metrics =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${name}_before`, value as number]));
