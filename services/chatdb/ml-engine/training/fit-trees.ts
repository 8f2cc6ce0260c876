import { scoresOf } from "@chatdb/ml-model/artifact.ts";
import type { TableFeature } from "@chatdb/ml-model/feature.ts";
import { leafOf, inconsistency, tree, type Tree } from "@chatdb/ml-model/tree.ts";
import type { Evaluation } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { parseJson } from "@platform/kit/json.ts";
import { z } from "zod";
import { binCategories, binNumbers } from "./bins.ts";
import { boost, type Boosted } from "./boosted-trees.ts";
import type { Column } from "./column.ts";
import { JobError } from "./job-error.ts";
import { binaryLogLoss, softmaxLogLoss, squaredError, type Loss } from "./loss.ts";
import type { RowSplit } from "./row-split.ts";
import type { Target } from "./target.ts";
import { unreadable, type Watch } from "./watch.ts";

/** Upper limit of the numbers in histograms and in scores, 8 bytes each: 128 MiB. */
const maxNumbers = 2 ** 24;

/** Upper limit of points of a learning curve: each reads the scores of all rows. */
const maxPoints = 50;

export interface TreesFit extends Boosted {
  curve: NonNullable<Evaluation["curve"]>;
}

/**
 * Fits boosted trees with the defaults of scikit-learn's HistGradientBoosting, and records the loss on training and
 * held-out rows as they grow.
 */
export function fitTrees(
  features: readonly TableFeature[],
  columns: readonly Column[],
  target: Target,
  split: RowSplit,
  parameters: TrainingParameters,
  watch: Watch,
): TreesFit {
  const {
    trees: rounds = 100,
    leaves = 31,
    learning_rate: rate = 0.1,
    min_rows: minRows = 20,
    l2: penalty = 0,
  } = parameters;
  const raw = columns.map((column, index) => rawValues(column, features[index]!));
  const binned = raw.map((values, index) => {
    const [feature, training] = [features[index]!, Float64Array.from(split.training, (row) => values[row]!)];
    return feature.kind === "number" ? binNumbers(training) : binCategories(training, feature.categories.length);
  });
  const [loss, heldOut] = [lossOf(target, split.training), lossOf(target, split.test)];
  const numbers = Math.max(
    leaves * 3 * binned.reduce((sum, { count }) => sum + count + 1, 0),
    split.training.length * loss.intercepts.length,
  );
  if (numbers > maxNumbers)
    throw new JobError(
      `Trees of ${leaves} leaves over ${columns.length} columns and ${split.training.length} rows need more memory than a training has. Leave out columns, rows or leaves.`,
    );

  const addTree = createTreeScorer(raw, features);
  const replay = (rows: Int32Array, trees: readonly Tree[]) => {
    const scores = loss.intercepts.map((intercept) => new Float64Array(rows.length).fill(intercept));
    trees.forEach((each, n) => addTree(each, rows, scores[n % scores.length]!));
    return scores;
  };
  const heldOutScores = replay(split.test, []);
  const curve: TreesFit["curve"] = [];
  const every = Math.ceil(rounds / maxPoints);
  const follow = (round: number, trees: readonly Tree[], scores: readonly Float64Array[]) => {
    trees.slice(-scores.length).forEach((each, k) => addTree(each, split.test, heldOutScores[k]!));
    if (round % every === 0 || round === rounds)
      curve.push({ round, training: loss.mean(scores), held_out: heldOut.mean(heldOutScores) });
  };

  const earlier = {
    trees: treesOf(watch, features, loss.intercepts.length, rounds),
    scores: replay(split.training, []),
  };
  for (let n = 0; n < earlier.trees.length; n += loss.intercepts.length) {
    for (let k = 0; k < loss.intercepts.length; k++) addTree(earlier.trees[n + k]!, split.training, earlier.scores[k]!);
    follow(n / loss.intercepts.length + 1, earlier.trees.slice(0, n + loss.intercepts.length), earlier.scores);
  }
  const onRound = (round: number, trees: readonly Tree[], scores: readonly Float64Array[]) => {
    follow(round, trees, scores);
    watch.progress(round / rounds, `${round} of ${rounds} rounds`);
    watch.checkpoint(() => Buffer.from(JSON.stringify(trees)));
  };
  const boosted = boost(binned, loss, { rounds, leaves, rate, minRows, minCurvature: 1e-3, penalty, earlier, onRound });
  return { ...boosted, curve };
}

function lossOf(target: Target, rows: Int32Array): Loss {
  if (target.task === "regression") return squaredError(Float64Array.from(rows, (row) => target.values[row]!));
  const labels = Int32Array.from(rows, (row) => target.labels[row]!);
  return scoresOf(target.classes) === 1 ? binaryLogLoss(labels) : softmaxLogLoss(labels, target.classes.length);
}

/** Converts a column to what trees compare: numbers, or indices of categories; NaN if missing or unknown. */
function rawValues(column: Column, feature: TableFeature): Float64Array {
  if (column.kind === "number") return column.values;
  const places = new Map(feature.kind === "category" ? feature.categories.map((name, place) => [name, place]) : []);
  return Float64Array.from(column.values, (value) => (value === undefined ? NaN : (places.get(value) ?? NaN)));
}

/** Creates a function that adds a tree's predictions of the given rows to their scores. */
function createTreeScorer(
  raw: readonly Float64Array[],
  features: readonly TableFeature[],
): (tree: Tree, rows: Int32Array, scores: Float64Array) => void {
  const isCategory = features.map(({ kind }) => kind === "category");
  const values = new Float64Array(raw.length);
  return (tree, rows, scores) => {
    for (let i = 0; i < rows.length; i++) {
      for (let feature = 0; feature < raw.length; feature++) values[feature] = raw[feature]![rows[i]!]!;
      scores[i]! += tree.values[leafOf(tree, isCategory, values)]!;
    }
  };
}

/** Restores the trees of an interrupted start; none if they are damaged. */
function treesOf(watch: Watch, features: readonly TableFeature[], scores: number, rounds: number): Tree[] {
  if (!watch.resumeFrom) return [];
  const trees = readTrees(watch.resumeFrom);
  if (
    !trees ||
    trees.length % scores !== 0 ||
    trees.length > rounds * scores ||
    trees.some((each) => inconsistency(each, features) !== undefined)
  ) {
    watch.log(unreadable);
    return [];
  }
  watch.log(`resumes after ${trees.length / scores} of ${rounds} rounds`);
  return trees;
}

function readTrees(state: Uint8Array): Tree[] | undefined {
  return z.array(tree).safeParse(parseJson(Buffer.from(state).toString("utf8"))).data;
}
