import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Worker } from "node:worker_threads";
import type { Evaluation, Metrics } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import type { DatasetFormat } from "./dataset.ts";
import { JobError } from "./job-error.ts";
import type { Watch } from "./watch.ts";

/** The input of the worker. */
export interface TrainingTask {
  format: DatasetFormat;
  target?: string | undefined;
  parameters: TrainingParameters;
  /** Upper limit of rows times columns. */
  maxValues: number;
  /** Describes the data source, if the examples are questions. */
  dbConnectorUrl: string;
  /** Version of this program: another version must not resume its states. */
  codeVersion: string;
  /** Time between two checkpoints, milliseconds. */
  checkpointMs: number;
  resumeFrom?: BoundState | undefined;
}

/**
 * A state of a training, bound to its inputs: the binding is the digest of dataset, target, parameters, program version
 * and state. Only a training of the same inputs resumes from it.
 */
export interface BoundState {
  binding: string;
  state: Uint8Array;
}

export interface Training {
  artifact: Uint8Array;
  /** Format of the artifact. */
  format: string;
  metrics: Metrics;
  evaluation?: Evaluation | undefined;
  /** The predicted column. */
  target: string;
  dataset_sha256: string;
}

/** The answer of the worker. A transient failure may succeed in another attempt. */
export type TrainingOutcome = ({ ok: true } & Training) | { ok: false; reason: string; transient?: boolean };

/** A message of the worker: reports while it runs, and the outcome at its end. */
export type WorkerMessage =
  | { kind: "progress"; share: number; step: string }
  | { kind: "log"; text: string }
  | { kind: "checkpoint"; state: BoundState }
  | { kind: "outcome"; outcome: TrainingOutcome };

/** Receives the reports of a training, see {@link Watch}. */
export interface TrainingListener extends Pick<Watch, "progress" | "log"> {
  checkpoint(state: BoundState): void;
}

export interface TrainingLimits {
  /** Heap limit of one training, MiB. */
  memoryPerJobMib: number;
  signal?: AbortSignal;
}

/**
 * Trains in a worker thread, so that the event loop stays free. Throws a JobError if the training cannot succeed, and
 * the signal's reason if it aborts; any other error (a broken dataset stream) is transient. The thread has ended in
 * every case.
 */
export async function trainInWorker(
  file: Readable,
  task: TrainingTask,
  listener: TrainingListener,
  { memoryPerJobMib, signal }: TrainingLimits,
): Promise<Training> {
  const worker = new Worker(workerFile(), {
    workerData: task,
    stdin: true,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: memoryPerJobMib },
  });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop);
  const finished = new AbortController();
  try {
    signal?.throwIfAborted();
    const outcome = outcomeOf(worker, memoryPerJobMib, listener);
    const fed = pipeline(file, worker.stdin!, { signal: finished.signal });
    // The worker may answer before it has read everything. A stream that breaks before the answer decides instead.
    const result = await Promise.race([outcome, fed.then(() => outcome)]);
    if (!result.ok) throw result.transient ? new Error(result.reason) : new JobError(result.reason);
    return result;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    finished.abort();
    file.destroy();
    await worker.terminate();
  }
}

function outcomeOf(worker: Worker, memoryPerJobMib: number, listener: TrainingListener): Promise<TrainingOutcome> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "progress") listener.progress(message.share, message.step);
      else if (message.kind === "log") listener.log(message.text);
      else if (message.kind === "checkpoint") listener.checkpoint(message.state);
      else resolve(message.outcome);
    });
    worker.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
        resolve({
          ok: false,
          reason: `The dataset needs more than the ${memoryPerJobMib} MiB that a training may use.`,
        });
      // The same dataset would cause the same error again, so this is permanent.
      else resolve({ ok: false, reason: `The training broke: ${error.message}` });
    });
    worker.once("exit", () => reject(new Error("The training thread ended without an answer.")));
  });
}

/** The worker's file is beside this one, or beside the bundle that holds this one. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./train-worker.ts" : "./train-worker.js", import.meta.url);
}
