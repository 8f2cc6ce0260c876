/** Runs in a worker thread: one training, the dataset on standard input, the outcome as a message. */
import { parentPort, workerData } from "node:worker_threads";
import { serializeArtifact } from "@chatdb/ml-model/artifact.ts";
import { readDataset } from "./dataset.ts";
import { JobError } from "./job-error.ts";
import type { TrainingOutcome, TrainingTask } from "./trainer.ts";
import { train } from "./train.ts";

async function outcomeOf({ target, parameters }: TrainingTask): Promise<TrainingOutcome> {
  try {
    const dataset = await readDataset(process.stdin);
    const { artifact, metrics } = train(dataset, target, parameters);
    return {
      ok: true,
      artifact: serializeArtifact(artifact),
      metrics,
      target: artifact.target,
      dataset_sha256: dataset.sha256,
    };
  } catch (error) {
    if (error instanceof JobError) return { ok: false, reason: error.message };
    throw error;
  }
}

parentPort!.postMessage(await outcomeOf(workerData as TrainingTask));
