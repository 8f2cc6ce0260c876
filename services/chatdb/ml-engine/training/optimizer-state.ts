import type { OptimizerState } from "./lbfgs.ts";

/** Encodes an optimizer state: the number of iterations, then the points, as doubles. */
export function encodeOptimizerState({ iterations, points }: OptimizerState): Uint8Array {
  return Buffer.concat(
    [Float64Array.of(iterations), ...points].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    ),
  );
}

/**
 * Decodes a checkpointed optimizer state; returns undefined if the bytes do not hold whole points of `length` numbers.
 */
export function decodeOptimizerState(bytes: Uint8Array, length: number): OptimizerState | undefined {
  const count = (bytes.byteLength / 8 - 1) / length;
  if (!Number.isInteger(count) || count < 1) return undefined;
  // Copied, since doubles must be aligned to their size.
  const numbers = new Float64Array(Uint8Array.from(bytes).buffer);
  return {
    iterations: numbers[0]!,
    points: Array.from({ length: count }, (_, n) => numbers.slice(1 + n * length, 1 + (n + 1) * length)),
  };
}
