import type { Way } from "./lbfgs.ts";

/** A way as bytes: the number of iterations, then the points, as doubles. */
export function bytesOfWay({ iterations, points }: Way): Uint8Array {
  return Buffer.concat(
    [Float64Array.of(iterations), ...points].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    ),
  );
}

/** Undefined where it is no way among points of so many coordinates. */
export function wayFrom(bytes: Uint8Array, length: number): Way | undefined {
  const count = (bytes.byteLength / 8 - 1) / length;
  if (!Number.isInteger(count) || count < 1) return undefined;
  // Copied, since doubles stand at multiples of their size.
  const numbers = new Float64Array(Uint8Array.from(bytes).buffer);
  return {
    iterations: numbers[0]!,
    points: Array.from({ length: count }, (_, n) => numbers.slice(1 + n * length, 1 + (n + 1) * length)),
  };
}
