import { Worker } from "node:worker_threads";
import type { Answer, Tensors, ThreadData } from "./messages.ts";
import { InvalidOnnxFile, type Names, type Signature } from "./signature.ts";

/** A model did not answer in time. Its thread was ended, and all waiting runs failed. */
export class OnnxTimeout extends Error {}

/** A model failed on its input. */
export class OnnxFailure extends Error {}

export interface OnnxLimits {
  /** Time limit for loading a file, milliseconds. Default 10,000. */
  loadMs?: number | undefined;
  /** Time limit of a run, milliseconds. Default 5,000. */
  runMs?: number | undefined;
  /** Memory limit of the runtime for one model, MiB. Default 192. */
  memoryMib?: number | undefined;
}

export interface Ready {
  signature: Signature;
  /** Memory that the runtime has allocated, bytes. */
  memoryBytes: number;
}

interface Waiting {
  feeds: Tensors;
  resolve: (outputs: Tensors) => void;
  reject: (error: Error) => void;
}

/** JavaScript heap of a thread, MiB: for reading the file and tensors of text. */
const heapMib = 128;
/** Upper limit of waiting runs. */
const maxWaiting = 1000;

/** A thread with one model, which does one run after another. A model that loops or leaks affects only its thread. */
export class OnnxThread {
  readonly ready: Promise<Ready>;
  /** True once the thread has ended, by `stop` or by itself. */
  hasEnded = false;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #runMs: number;
  readonly #started = Promise.withResolvers<Ready>();
  #timer: NodeJS.Timeout | undefined;

  constructor(file: Uint8Array, names: Names, { loadMs = 10_000, runMs = 5_000, memoryMib = 192 }: OnnxLimits) {
    this.#runMs = runMs;
    const workerData: ThreadData = { file, names, maxPages: memoryMib * 16 };
    this.#worker = new Worker(workerFile(), {
      workerData,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
    });
    this.#worker.on("message", (answer: Answer) => this.#handle(answer));
    this.#worker.once("error", (error: Error) => void this.stop(new OnnxFailure(`its thread broke: ${error.message}`)));
    this.#worker.once("exit", () => void this.stop(new OnnxFailure("its thread ended")));
    this.ready = this.#started.promise;
    // Marked as handled: callers of `ready` get the error, and there may be none.
    this.ready.catch(() => undefined);
    this.#startTimer(loadMs, "load");
  }

  /** Runs the model. Rejects with OnnxTimeout or OnnxFailure. Call it only after `ready`. */
  run(feeds: Tensors): Promise<Tensors> {
    if (this.hasEnded || this.#waiting.length >= maxWaiting)
      return Promise.reject(
        new OnnxFailure(this.hasEnded ? "its thread ended" : `${maxWaiting} runs wait for it already`),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ feeds, resolve, reject });
      this.#worker.postMessage(feeds);
      if (this.#waiting.length === 1) this.#startTimer(this.#runMs, "answer");
    });
  }

  /** Ends the thread; waiting runs are rejected. */
  async stop(error: Error = new OnnxFailure("its thread was ended")): Promise<void> {
    if (!this.hasEnded) {
      this.hasEnded = true;
      clearTimeout(this.#timer);
      this.#started.reject(error);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    }
    await this.#worker.terminate();
  }

  #startTimer(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.stop(new OnnxTimeout(`did not ${what} within ${ms} ms`)), ms);
  }

  #handle(answer: Answer): void {
    clearTimeout(this.#timer);
    if (answer.kind === "ready") return this.#started.resolve(answer);
    if (answer.kind === "refused") return void this.stop(new InvalidOnnxFile(answer.faults));
    const { resolve, reject } = this.#waiting.shift()!;
    if (this.#waiting.length > 0) this.#startTimer(this.#runMs, "answer");
    if (answer.kind === "outputs") return resolve(answer.outputs);
    reject(new OnnxFailure(answer.reason));
    // WebAssembly memory never shrinks.
    if (answer.outOfMemory) void this.stop();
  }
}

/** The worker's file is beside this one, or beside the bundle that holds this one. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./onnx-worker.ts" : "./onnx-worker.js", import.meta.url);
}
