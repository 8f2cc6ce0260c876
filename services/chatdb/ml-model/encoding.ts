import type { TableFeature } from "./feature.ts";

/** Returns the number of columns of the encoded features. */
export function encodedWidth(features: readonly TableFeature[]): number {
  return features.reduce((width, feature) => width + (feature.kind === "number" ? 1 : feature.categories.length), 0);
}

/** Returns a value by the index of its feature. */
export type ValueAt = (feature: number) => number | string | undefined;

/**
 * Creates a function that encodes values as a row of numbers: a number as (value - mean) / scale, a missing one as the
 * mean; a category one-hot, all zeros if it is missing or unknown. Training and prediction both use it, so they cannot
 * differ. The function writes
 * `encodedWidth(features)` numbers into `row` from `offset` on.
 */
export function createEncoder(
  features: readonly TableFeature[],
): (valueAt: ValueAt, row: Float64Array, offset?: number) => void {
  const positions = features.map((feature) =>
    feature.kind === "category" ? new Map(feature.categories.map((category, index) => [category, index])) : undefined,
  );
  return (valueAt, row, offset = 0) => {
    let column = offset;
    features.forEach((feature, index) => {
      const value = valueAt(index);
      if (feature.kind === "number") {
        row[column++] = value === undefined ? 0 : (Number(value) - feature.mean) / feature.scale;
        return;
      }
      row.fill(0, column, column + feature.categories.length);
      const position = value === undefined ? undefined : positions[index]!.get(String(value));
      if (position !== undefined) row[column + position] = 1;
      column += feature.categories.length;
    });
  };
}
