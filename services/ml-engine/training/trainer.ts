import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Worker } from "node:worker_threads";
import type { Metrics } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { JobError } from "./job-error.ts";

/** What the worker is told. */
export interface TrainingTask {
  target?: string | undefined;
  parameters: TrainingParameters;
  /** Tells of data sources, where the examples are questions about one. */
  dbConnectorUrl: string;
}

export interface Training {
  artifact: Uint8Array;
  /** Of the artifact. */
  format: string;
  metrics: Metrics;
  /** The column that was predicted. */
  target: string;
  dataset_sha256: string;
}

/** What the worker answers. What is `passing` may go well another time. */
export type TrainingOutcome = ({ ok: true } & Training) | { ok: false; reason: string; passing?: boolean };

export interface TrainingLimits {
  /** Heap of one training, MiB. */
  memoryMb: number;
  signal?: AbortSignal;
}

/**
 * Trains in a worker thread, so that the event loop stays free. Throws a JobError when the training cannot succeed;
 * any other error (the dataset's stream broke, the signal fired) may pass, and leaves no thread behind.
 */
export async function trainInWorker(file: Readable, task: TrainingTask, { memoryMb, signal }: TrainingLimits): Promise<Training> {
  signal?.throwIfAborted();
  const worker = new Worker(workerFile(), { workerData: task, stdin: true, env: {}, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop);
  const over = new AbortController();
  try {
    const outcome = outcomeOf(worker, memoryMb);
    const fed = pipeline(file, worker.stdin!, { signal: over.signal });
    // The worker may answer before it has read everything; a stream that breaks before it has answered decides instead.
    const result = await Promise.race([outcome, fed.then(() => outcome)]);
    if (!result.ok) throw result.passing ? new Error(result.reason) : new JobError(result.reason);
    return result;
  } finally {
    signal?.removeEventListener("abort", stop);
    over.abort();
    await worker.terminate();
  }
}

function outcomeOf(worker: Worker, memoryMb: number): Promise<TrainingOutcome> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve({ ok: false, reason: `The dataset needs more than the ${memoryMb} MiB that a training may use.` });
      // The same dataset would meet the same fault again.
      else resolve({ ok: false, reason: `The training broke: ${error.message}` });
    });
    worker.once("exit", () => reject(new Error("The training thread ended without an answer.")));
  });
}

/** The worker lies beside this file, or beside the bundle that holds it. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./train-worker.ts" : "./train-worker.js", import.meta.url);
}
