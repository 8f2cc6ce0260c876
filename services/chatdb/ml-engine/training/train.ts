import { modelArtifact, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import type { Family, TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { Column } from "./column.ts";
import type { Dataset } from "./dataset.ts";
import { evaluate } from "./evaluate.ts";
import { fit } from "./fit.ts";
import { JobError } from "./job-error.ts";
import { splitRows } from "./row-split.ts";
import { chooseTarget, type Target } from "./target.ts";
import { holdsTexts } from "./text-column.ts";
import { partOf, unwatched, type Watch } from "./watch.ts";

export interface TrainedModel {
  artifact: ModelArtifact;
  /** Measured on the held-out rows, like the evaluation. */
  metrics: Metrics;
  evaluation: Evaluation;
}

/** Share of fitting in the work; the rest is evaluation. */
const fittingShare = 0.9;

/**
 * Trains a model on a share of the rows and measures it on the others. The same dataset, target and parameters give the
 * same model. Throws a JobError if there is nothing to learn.
 */
export function train(
  dataset: Dataset,
  targetName: string | undefined,
  parameters: TrainingParameters,
  watch: Watch = unwatched,
): TrainedModel {
  const target = chooseTarget(dataset, targetName, parameters.task);
  const columns = dataset.columns.filter((column) => column.name !== target.name);
  const seed = parameters.seed ?? 1;
  const split = splitRows(dataset.rowNumbers.length, parameters.test_fraction ?? 0.2, seed);
  const family = parameters.family ?? defaultFamily(columns, target);
  watch.log(`${family} of "${target.name}" from ${split.training.length} rows, ${split.test.length} held out`);
  const { artifact, curve } = fit(family, {
    columns,
    target,
    split,
    parameters,
    watch: partOf(watch, 0, fittingShare),
  });
  watch.progress(fittingShare, "measuring");
  const { metrics, evaluation } = evaluate(artifact, columns, target, split.test, seed, partOf(watch, fittingShare, 1));
  if (!Object.values(metrics).every(Number.isFinite) || !modelArtifact.safeParse(artifact).success) {
    throw new JobError("The values of the dataset are too large to compute with. Scale them down.");
  }
  return {
    artifact,
    metrics: { ...metrics, training_rows: split.training.length },
    evaluation: { ...evaluation, ...(curve && { curve }) },
  };
}

function defaultFamily(columns: readonly Column[], target: Target): Family {
  if (target.task === "regression") return "linear-regression";
  return columns.length === 1 && holdsTexts(columns[0]!) ? "text-classification" : "logistic-regression";
}
