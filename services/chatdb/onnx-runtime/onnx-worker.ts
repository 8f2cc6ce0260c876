/* The worker thread of one model in ONNX Runtime, with limited memory. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Tensors, ThreadData } from "./messages.ts";
import { InvalidOnnxFile, signatureOf } from "./signature.ts";

const { file, names, maxPages } = workerData as ThreadData;
const owner = parentPort!;
const answer = (message: Answer) => owner.postMessage(message);
const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const isOutOfMemory = (error: unknown) => textOf(error).includes("bad_alloc");
const reasonOf = (error: unknown) =>
  isOutOfMemory(error)
    ? `it needs more than the ${maxPages / 16} MiB of memory that a model may use`
    : textOf(error)
        .replace(/^.*ERROR_MESSAGE: /s, "")
        .trim();

/** Memories that the runtime has allocated. */
const memories: WebAssembly.Memory[] = [];
const Unbounded = WebAssembly.Memory;
/** ONNX Runtime reserves up to 4 GiB and has no setting for less. Beyond this limit it fails with std::bad_alloc. */
WebAssembly.Memory = class extends Unbounded {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super({ ...descriptor, maximum: Math.min(descriptor.maximum ?? maxPages, maxPages) });
    memories.push(this);
  }
};
// Imported after the limit is set.
const { env, InferenceSession, Tensor } = await import("onnxruntime-web/wasm");
// With one thread and the WebAssembly binary given it loads no other file.
env.wasm.numThreads = 1;
env.wasm.wasmBinary = readFileSync(wasmFile());
// Failures are answered, so the runtime need not log them.
env.logLevel = "fatal";

async function start(): Promise<void> {
  const signature = signatureOf(file, names);
  const session = await InferenceSession.create(file, { logSeverityLevel: 4 }).catch((error: unknown) => {
    // This is not a fault of the file.
    if (textOf(error).includes("no available backend")) throw error;
    throw new InvalidOnnxFile([`ONNX Runtime ${env.versions.web ?? ""} cannot load it: ${reasonOf(error)}.`]);
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

/** Finds the WebAssembly file in the package, or beside the bundle that holds this file. */
function wasmFile(): string {
  const name = "ort-wasm-simd-threaded.wasm";
  return fileURLToPath(
    import.meta.url.endsWith(".ts") ? import.meta.resolve(`onnxruntime-web/${name}`) : new URL(name, import.meta.url),
  );
}

start().catch((error: unknown) => {
  if (!(error instanceof InvalidOnnxFile)) throw error;
  answer({ kind: "refused", faults: error.faults });
});
