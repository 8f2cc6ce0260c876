/** The worker thread of one training: it reads the dataset from standard input, and posts progress and the outcome. */
import { parentPort, workerData } from "node:worker_threads";
import { Problem } from "@platform/kit/problem.ts";
import { artifactFormat, serializeArtifact } from "@chatdb/ml-model/artifact.ts";
import { readDataset } from "./dataset.ts";
import { JobError } from "./job-error.ts";
import type { Training, TrainingOutcome, TrainingTask, WorkerMessage } from "./trainer.ts";
import { train } from "./train.ts";
import { createWatch } from "./worker-watch.ts";

const send = (message: WorkerMessage) => parentPort!.postMessage(message);

async function outcomeOf(task: TrainingTask): Promise<TrainingOutcome> {
  try {
    return { ok: true, ...(await (task.parameters.task === "questions" ? trainQuestions(task) : trainTable(task))) };
  } catch (error) {
    if (error instanceof JobError) return { ok: false, reason: error.message };
    if (error instanceof Problem) return { ok: false, reason: error.message, transient: true };
    throw error;
  }
}

async function trainQuestions(task: TrainingTask): Promise<Training> {
  // Loaded on demand: table trainings need neither the grammar nor the HTTP client.
  const questions = await import("../questions/train-questions.ts");
  return questions.trainQuestions(process.stdin, task.parameters, task.dbConnectorUrl, (material) =>
    createWatch(task, material, send),
  );
}

async function trainTable(task: TrainingTask): Promise<Training> {
  const dataset = await readDataset(process.stdin, task.format, task.maxValues);
  const watch = createWatch(task, dataset.sha256, send);
  watch.log(`Read ${dataset.rowNumbers.length} rows of ${dataset.columns.length} columns.`);
  const { artifact, metrics, evaluation } = train(dataset, task.target, task.parameters, watch);
  return {
    artifact: serializeArtifact(artifact),
    format: artifactFormat,
    metrics,
    evaluation,
    target: artifact.target,
    dataset_sha256: dataset.sha256,
  };
}

send({ kind: "outcome", outcome: await outcomeOf(workerData as TrainingTask) });
