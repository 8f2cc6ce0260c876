import type { Names, Signature } from "./signature.ts";

/** A tensor as it goes between threads. */
export interface PlainTensor {
  type: string;
  data: Float32Array | Float64Array | BigInt64Array | string[];
  dims: readonly number[];
}
export type Tensors = Record<string, PlainTensor>;

/** What the thread of a model begins with. */
export interface ThreadData {
  file: Uint8Array;
  names: Names;
  /** Of WebAssembly's memory, pages of 64 KiB. */
  mostPages: number;
}

/** What it answers, first about the file, then about one run after another. */
export type Answer =
  | { kind: "ready"; signature: Signature; memoryBytes: number }
  | { kind: "refused"; faults: readonly string[] }
  | { kind: "outputs"; outputs: Tensors }
  | { kind: "failed"; reason: string; outOfMemory: boolean };
