import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Worker } from "node:worker_threads";
import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { DatasetFormat } from "./dataset.ts";
import { JobError } from "./job-error.ts";
import type { Watch } from "./watch.ts";

/** What the worker is told. */
export interface TrainingTask {
  format: DatasetFormat;
  target?: string | undefined;
  parameters: TrainingParameters;
  /** Rows times columns, at most. */
  maxValues: number;
  /** Tells of data sources, where the examples are questions about one. */
  dbConnectorUrl: string;
  /** Of this program: another one may not go on from a state of this one. */
  codeVersion: string;
  /** Milliseconds between two states that are kept. */
  checkpointMs: number;
  resumeFrom?: BoundState | undefined;
}

/** A state that a training offered. It is of use to one of the same dataset, target, parameters and program: the binding is the digest of these and of the state. */
export interface BoundState {
  binding: string;
  state: Uint8Array;
}

export interface Training {
  artifact: Uint8Array;
  /** Of the artifact. */
  format: string;
  metrics: Metrics;
  evaluation?: Evaluation | undefined;
  /** The column that was predicted. */
  target: string;
  dataset_sha256: string;
}

/** What the worker answers. What is `passing` may go well another time. */
export type TrainingOutcome = ({ ok: true } & Training) | { ok: false; reason: string; passing?: boolean };

/** What the worker says: of its way, and at its end the outcome. */
export type WorkerMessage =
  | { kind: "progress"; share: number; step: string }
  | { kind: "log"; text: string }
  | { kind: "checkpoint"; state: BoundState }
  | { kind: "outcome"; outcome: TrainingOutcome };

/** Hears of a training, as {@link Watch} tells. */
export interface Listener extends Pick<Watch, "progress" | "log"> {
  checkpoint(state: BoundState): void;
}

export interface TrainingLimits {
  /** Heap of one training, MiB. */
  memoryMb: number;
  signal?: AbortSignal;
}

/**
 * Trains in a worker thread, so that the event loop stays free. Throws a JobError when the training cannot succeed, and the signal's
 * reason when that fired; any other error (the dataset's stream broke) may pass. None leaves a thread behind.
 */
export async function trainInWorker(
  file: Readable,
  task: TrainingTask,
  listener: Listener,
  { memoryMb, signal }: TrainingLimits,
): Promise<Training> {
  const worker = new Worker(workerFile(), {
    workerData: task,
    stdin: true,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop);
  const over = new AbortController();
  try {
    signal?.throwIfAborted();
    const outcome = outcomeOf(worker, memoryMb, listener);
    const fed = pipeline(file, worker.stdin!, { signal: over.signal });
    // The worker may answer before it has read everything; a stream that breaks before it has answered decides instead.
    const result = await Promise.race([outcome, fed.then(() => outcome)]);
    if (!result.ok) throw result.passing ? new Error(result.reason) : new JobError(result.reason);
    return result;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    over.abort();
    file.destroy();
    await worker.terminate();
  }
}

function outcomeOf(worker: Worker, memoryMb: number, listener: Listener): Promise<TrainingOutcome> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "progress") listener.progress(message.share, message.step);
      else if (message.kind === "log") listener.log(message.text);
      else if (message.kind === "checkpoint") listener.checkpoint(message.state);
      else resolve(message.outcome);
    });
    worker.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
        resolve({ ok: false, reason: `The dataset needs more than the ${memoryMb} MiB that a training may use.` });
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
