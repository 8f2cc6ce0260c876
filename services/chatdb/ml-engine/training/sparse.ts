import type { Matrix } from "./features.ts";

/**
 * A matrix in compressed sparse rows: row r has the entries starts[r] to starts[r + 1], each a column and its value.
 */
export interface SparseMatrix {
  starts: Uint32Array;
  columns: Uint32Array;
  values: Float64Array;
  rows: number;
  width: number;
}

export function sparseRows(
  rows: readonly { places: Uint32Array; weights: Float64Array }[],
  width: number,
): SparseMatrix {
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach(({ places }, row) => (starts[row + 1] = starts[row]! + places.length));
  const [columns, values] = [new Uint32Array(starts.at(-1)!), new Float64Array(starts.at(-1)!)];
  rows.forEach(({ places, weights }, row) => {
    columns.set(places, starts[row]);
    values.set(weights, starts[row]);
  });
  return { starts, columns, values, rows: rows.length, width };
}

/** Drops the zeros, which one-hot encoded categories have many of. */
export function withoutZeros({ data, rows, width }: Matrix): SparseMatrix {
  const starts = new Uint32Array(rows + 1);
  const entries = data.reduce((count, value) => count + Number(value !== 0), 0);
  const [columns, values] = [new Uint32Array(entries), new Float64Array(entries)];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const value = data[row * width + column]!;
      if (value === 0) continue;
      columns[at] = column;
      values[at++] = value;
    }
    starts[row + 1] = at;
  }
  return { starts, columns, values, rows, width };
}
