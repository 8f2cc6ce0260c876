import { Worker } from "node:worker_threads";
import type { Answer, Tensors, ThreadData } from "./messages.ts";
import { OnnxRefused, type Names, type Signature } from "./signature.ts";

/** A model that did not answer in time. Its thread is gone, and with it all that waited for it. */
export class OnnxTimeout extends Error {}

/** A model that failed at what it was given. */
export class OnnxFailure extends Error {}

export interface Limits {
  /** Milliseconds to load a file. Default 10,000. */
  loadMs?: number | undefined;
  /** Milliseconds that a run may take. Default 5,000. */
  runMs?: number | undefined;
  /** Of the runtime's memory for one model, MiB. Default 192. */
  memoryMb?: number | undefined;
}

export interface Ready {
  signature: Signature;
  /** That the runtime took for it. */
  memoryBytes: number;
}

interface Waiting {
  feeds: Tensors;
  resolve: (outputs: Tensors) => void;
  reject: (error: Error) => void;
}

/** JavaScript's part of a thread's memory, MiB: to read a file, and for tensors of text. */
const heapMb = 128;
/** Runs that wait at a time, at most. */
const mostWaiting = 1000;

/** A thread with a model in it, one run after another: what loops, or grows, takes nothing else with it. */
export class OnnxThread {
  readonly ready: Promise<Ready>;
  /** Whether it has come to an end, by `stop` or of itself. */
  over = false;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #runMs: number;
  readonly #started = Promise.withResolvers<Ready>();
  #timer: NodeJS.Timeout | undefined;

  constructor(file: Uint8Array, names: Names, { loadMs = 10_000, runMs = 5_000, memoryMb = 192 }: Limits) {
    this.#runMs = runMs;
    const workerData: ThreadData = { file, names, mostPages: memoryMb * 16 };
    this.#worker = new Worker(workerFile(), {
      workerData,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    this.#worker.on("message", (answer: Answer) => this.#hear(answer));
    this.#worker.once("error", (error: Error) => void this.stop(new OnnxFailure(`its thread broke: ${error.message}`)));
    this.#worker.once("exit", () => void this.stop(new OnnxFailure("its thread ended")));
    this.ready = this.#started.promise;
    // Whoever waits for it hears of it; nobody may.
    this.ready.catch(() => undefined);
    this.#await(loadMs, "load");
  }

  /** Rejects with OnnxTimeout or OnnxFailure. To be called once `ready`. */
  run(feeds: Tensors): Promise<Tensors> {
    if (this.over || this.#waiting.length >= mostWaiting)
      return Promise.reject(
        new OnnxFailure(this.over ? "its thread ended" : `${mostWaiting} runs wait for it already`),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ feeds, resolve, reject });
      this.#worker.postMessage(feeds);
      if (this.#waiting.length === 1) this.#await(this.#runMs, "answer");
    });
  }

  /** Ends the thread. What waits for it is rejected. */
  async stop(error: Error = new OnnxFailure("its thread was ended")): Promise<void> {
    if (!this.over) {
      this.over = true;
      clearTimeout(this.#timer);
      this.#started.reject(error);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    }
    await this.#worker.terminate();
  }

  #await(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.stop(new OnnxTimeout(`did not ${what} within ${ms} ms`)), ms);
  }

  #hear(answer: Answer): void {
    clearTimeout(this.#timer);
    if (answer.kind === "ready") return this.#started.resolve(answer);
    if (answer.kind === "refused") return void this.stop(new OnnxRefused(answer.faults));
    const { resolve, reject } = this.#waiting.shift()!;
    if (this.#waiting.length > 0) this.#await(this.#runMs, "answer");
    if (answer.kind === "outputs") return resolve(answer.outputs);
    reject(new OnnxFailure(answer.reason));
    // What it took for that, it keeps.
    if (answer.outOfMemory) void this.stop();
  }
}

/** The worker lies beside this file, or beside the bundle that holds it. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./onnx-worker.ts" : "./onnx-worker.js", import.meta.url);
}
