/** A column as trees see it: each value is replaced by its bin. */
export interface BinnedColumn {
  /** The bin of each row. A missing value has bin `count`. */
  bins: Uint8Array;
  /** Number of bins, without the one of missing values. */
  count: number;
  /**
   * Upper bounds of the bins of numbers: bin b holds values in (thresholds[b - 1], thresholds[b]], the last bin all
   * above. Absent if bins are categories.
   */
  thresholds?: readonly number[];
}

/** A byte names as many, and one for missing values. */
export const maxBins = 255;

export interface BinOptions {
  /** Upper limit of bins. Default 255. */
  maxBins?: number;
  /** Decimals to which thresholds are rounded if they still separate the values. Default: not rounded. */
  decimals?: number | undefined;
}

/**
 * Bins numbers (NaN if missing): one bin for each distinct value, or bins of about equally many rows if there are too
 * many values.
 */
export function binNumbers(
  values: Float64Array,
  { maxBins: limit = maxBins, decimals }: BinOptions = {},
): BinnedColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = distinctValues(sorted, limit);
  const edges = distinct ?? [
    ...new Set(
      Array.from({ length: limit }, (_, part) => sorted[Math.floor((part * (sorted.length - 1)) / (limit - 1))]!),
    ),
  ];
  const thresholds = edges.slice(1).map((edge, place) => between(edges[place]!, edge, decimals));
  const ordered = Float64Array.from(thresholds);
  const bins = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    bins[row] = Number.isNaN(value) ? thresholds.length + 1 : binOf(value, ordered);
  }
  return { bins, count: thresholds.length + 1, thresholds };
}

/** Bins categories by their index; NaN if missing. */
export function binCategories(indices: Float64Array, count: number): BinnedColumn {
  return { bins: Uint8Array.from(indices, (index) => (Number.isNaN(index) ? count : index)), count };
}

/** Lists the distinct sorted values, or returns undefined if there are more than `limit`. */
function distinctValues(sorted: Float64Array, limit: number): number[] | undefined {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value === distinct.at(-1)) continue;
    if (distinct.length === limit) return undefined;
    distinct.push(value);
  }
  return distinct;
}

function binOf(value: number, thresholds: Float64Array): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= thresholds[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Finds a threshold halfway, rounded if that is still between. Never `high`, which the middle of two adjacent doubles
 * may round to.
 */
function between(low: number, high: number, decimals?: number): number {
  const middle = Math.abs(low + high) < Infinity ? (low + high) / 2 : low / 2 + high / 2;
  const short = roundedTo(middle, decimals);
  if (low <= short && short < high) return short;
  return middle < high ? middle : low;
}

/** Rounds to the given number of decimals, if any. */
export function roundedTo(value: number, decimals: number | undefined): number {
  return decimals === undefined ? value : Math.round(value * 10 ** decimals) / 10 ** decimals;
}
