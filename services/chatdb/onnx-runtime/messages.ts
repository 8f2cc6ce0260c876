import type { Names, Signature } from "./signature.ts";

/** A tensor in a message between threads. */
export interface PlainTensor {
  type: string;
  data: Float32Array | Float64Array | BigInt64Array | string[];
  dims: readonly number[];
}
export type Tensors = Record<string, PlainTensor>;

/** The data that a model's thread starts with. */
export interface ThreadData {
  file: Uint8Array;
  names: Names;
  /** Upper limit of WebAssembly memory, pages of 64 KiB. */
  maxPages: number;
}

/** An answer of the thread: first about the file, then one for each run. */
export type Answer =
  | { kind: "ready"; signature: Signature; memoryBytes: number }
  | { kind: "refused"; faults: readonly string[] }
  | { kind: "outputs"; outputs: Tensors }
  | { kind: "failed"; reason: string; outOfMemory: boolean };
