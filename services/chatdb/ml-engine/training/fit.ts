import { artifactFormat, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { createWeigher } from "@chatdb/ml-model/terms.ts";
import type { Evaluation } from "@chatdb/contracts/models.ts";
import type { Family, TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { Column } from "./column.ts";
import { encodeRows, learnFeatures } from "./features.ts";
import { fitTrees } from "./fit-trees.ts";
import { JobError } from "./job-error.ts";
import { fitLinear } from "./linear-regression.ts";
import { fitLogistic, type LogisticOptions } from "./logistic-regression.ts";
import { sparseRows } from "./sparse.ts";
import type { RowSplit } from "./row-split.ts";
import type { Target } from "./target.ts";
import { textColumn } from "./text-column.ts";
import { learnVocabulary } from "./vocabulary.ts";
import { partOf, placesOf, type Watch } from "./watch.ts";

/** The inputs of fitting a family. */
export interface Material {
  /** All columns but the target. */
  columns: readonly Column[];
  target: Target;
  split: RowSplit;
  parameters: TrainingParameters;
  watch: Watch;
}

export interface Fitted {
  artifact: ModelArtifact;
  curve?: Evaluation["curve"];
}

/** Upper limit of numbers in an artifact of neighbours: about 20 MB as text. */
const maxPoints = 2 ** 20;

/** Upper limits of terms, and of weights by class and term, in an artifact of texts. */
const maxTerms = 20_000;
const maxWeights = 2 ** 19;

/** Shares of the work on texts after which words are counted, and weighed. */
const countedShare = 0.1;
const weighedShare = 0.15;

/**
 * Fits a model to the training rows. Throws a JobError if the family does not suit the target, or there is nothing to
 * learn.
 */
export function fit(family: Family, material: Material): Fitted {
  const { columns, target, split, parameters, watch } = material;
  if (family === "text-classification") return { artifact: fitText(material) };
  const features = learnFeatures(columns, split.training);
  const common = { format: artifactFormat, target: target.name, features } as const;
  if (family === "boosted-trees") {
    const { curve, ...trees } = fitTrees(features, columns, target, split, parameters, watch);
    return { artifact: { family, ...common, ...classesOf(target), ...trees }, curve };
  }
  const x = encodeRows(features, columns, split.training);
  if (family === "k-nearest-neighbours") {
    const { neighbours = 5, neighbour_weights = "uniform" } = parameters;
    if (x.data.length > maxPoints) {
      throw new JobError(
        `A model of nearest neighbours holds its rows: ${x.rows} rows of ${x.width} encoded columns are ${x.data.length} numbers, and at most ` +
          `${maxPoints} fit. Leave out columns or rows, hold more out (test_fraction), or take another family.`,
      );
    }
    return {
      artifact: {
        family,
        ...common,
        ...classesOf(target),
        neighbours,
        neighbour_weights,
        points: [...x.data],
        answers: answersOf(target, split.training),
      },
    };
  }
  if (family === "linear-regression") {
    if (target.task !== "regression")
      throw new JobError(
        `linear-regression predicts numbers, and "${target.name}" is a column of classes. Take logistic-regression, or another target.`,
      );
    return {
      artifact: {
        family,
        ...common,
        ...fitLinear(x, Float64Array.from(answersOf(target, split.training)), parameters.l2 ?? 1e-8 * x.rows, watch),
      },
    };
  }
  const { classes } = classTarget(family, target);
  return {
    artifact: {
      family,
      ...common,
      classes,
      ...fitLogistic(x, Int32Array.from(answersOf(target, split.training)), classes.length, logisticOptions(material)),
    },
  };
}

function fitText(material: Material): ModelArtifact {
  const { columns, target, split, parameters, watch } = material;
  const family = "text-classification";
  const { classes } = classTarget(family, target);
  const column = textColumn(columns);
  const texts = Array.from(split.training, (row) => column.values[row] ?? "");
  const vocabulary = learnVocabulary(
    texts,
    Math.min(maxTerms, Math.floor(maxWeights / classes.length)),
    partOf(watch, 0, countedShare),
  );
  if (vocabulary.terms.length === 0)
    throw new JobError(`Column "${column.name}" has no words of two letters or more to learn from.`);
  watch.log(`texts of column "${column.name}", ${vocabulary.terms.length} words and pairs of words`);
  const weigh = createWeigher(vocabulary.terms, vocabulary.rarity);
  const places = placesOf(texts.length, partOf(watch, countedShare, weighedShare), "weighing the words of texts");
  const x = sparseRows(
    Array.from(places, (place) => weigh(texts[place]!)),
    vocabulary.terms.length,
  );
  return {
    family,
    format: artifactFormat,
    target: target.name,
    features: [{ kind: "text", name: column.name, required: column.missing === 0 }],
    classes,
    ...vocabulary,
    ...fitLogistic(
      x,
      Int32Array.from(answersOf(target, split.training)),
      classes.length,
      logisticOptions({ parameters, watch: partOf(watch, weighedShare, 1) }),
    ),
  };
}

const logisticOptions = ({
  parameters: { l2 = 1, max_iterations: maxIterations = 500 },
  watch,
}: Pick<Material, "parameters" | "watch">): LogisticOptions => ({ l2, maxIterations, watch });

function classTarget(family: Family, target: Target) {
  if (target.task === "classification") return target;
  throw new JobError(
    `${family} predicts classes, and "${target.name}" is a column of numbers. Take linear-regression, boosted-trees or k-nearest-neighbours, or set the task to classification.`,
  );
}

const classesOf = (target: Target) => (target.task === "classification" ? { classes: target.classes } : {});

/** Returns the targets of rows: numbers, or indices of classes. */
function answersOf(target: Target, rows: Int32Array): number[] {
  const values = target.task === "regression" ? target.values : target.labels;
  return Array.from(rows, (row) => values[row]!);
}
