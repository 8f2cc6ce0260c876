/* A worker thread with one model in ONNX Runtime, whose memory is bounded. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Tensors, ThreadData } from "./messages.ts";
import { OnnxRefused, signatureOf } from "./signature.ts";

const { file, names, mostPages } = workerData as ThreadData;
const owner = parentPort!;
const answer = (message: Answer) => owner.postMessage(message);
const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const isOutOfMemory = (error: unknown) => textOf(error).includes("bad_alloc");
const reasonOf = (error: unknown) =>
  isOutOfMemory(error)
    ? `it needs more than the ${mostPages / 16} MiB of memory that a model may use`
    : textOf(error)
        .replace(/^.*ERROR_MESSAGE: /s, "")
        .trim();

/** The runtime's own. */
const memories: WebAssembly.Memory[] = [];
const Unbounded = WebAssembly.Memory;
/** ONNX Runtime asks for 4 GiB at most, and has no setting for less. Beyond the bound it meets std::bad_alloc. */
WebAssembly.Memory = class extends Unbounded {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super({ ...descriptor, maximum: Math.min(descriptor.maximum ?? mostPages, mostPages) });
    memories.push(this);
  }
};
// After the bound is set.
const { env, InferenceSession, Tensor } = await import("onnxruntime-web/wasm");
// On one thread, and with its WebAssembly in hand, it needs no other file.
env.wasm.numThreads = 1;
env.wasm.wasmBinary = readFileSync(wasmFile());
// What fails is answered.
env.logLevel = "fatal";

async function start(): Promise<void> {
  const signature = signatureOf(file, names);
  const session = await InferenceSession.create(file, { logSeverityLevel: 4 }).catch((error: unknown) => {
    // Not for the file's sake.
    if (textOf(error).includes("no available backend")) throw error;
    throw new OnnxRefused([`ONNX Runtime ${env.versions.web ?? ""} cannot load it: ${reasonOf(error)}.`]);
  });
  owner.on("message", (feeds: Tensors) => {
    const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
      name,
      new Tensor(type as "string", data as string[], dims),
    ]);
    session
      .run(Object.fromEntries(tensors) as Record<string, InstanceType<typeof Tensor>>, { logSeverityLevel: 4 })
      .then(
        (outputs) => answer({ kind: "outputs", outputs: plain(outputs) }),
        (error: unknown) => answer({ kind: "failed", reason: reasonOf(error), outOfMemory: isOutOfMemory(error) }),
      );
  });
  answer({ kind: "ready", signature, memoryBytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
}

function plain(outputs: object): Tensors {
  return Object.fromEntries(
    Object.entries(outputs as Tensors).map(([name, { type, data, dims }]) => [name, { type, data, dims }]),
  );
}

/** In the package, or beside the bundle that holds this file. */
function wasmFile(): string {
  const name = "ort-wasm-simd-threaded.wasm";
  return fileURLToPath(
    import.meta.url.endsWith(".ts") ? import.meta.resolve(`onnxruntime-web/${name}`) : new URL(name, import.meta.url),
  );
}

start().catch((error: unknown) => {
  if (!(error instanceof OnnxRefused)) throw error;
  answer({ kind: "refused", faults: error.faults });
});
