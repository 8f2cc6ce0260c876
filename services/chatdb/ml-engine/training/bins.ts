/** A column as trees see it: its values told apart only as far as their bins. */
export interface BinnedColumn {
  /** By row. A missing value is in bin `count`. */
  bins: Uint8Array;
  /** Bins of values. */
  count: number;
  /** Of numbers: bin b holds what is at most thresholds[b] and above the one before, the last one what is above all. Absent where bins are categories. */
  thresholds?: readonly number[];
}

/** As many as a byte can name, with one for what is missing. */
export const mostBins = 255;

export interface BinOptions {
  /** At most. Default 255. */
  bins?: number;
  /** To which thresholds are rounded where that still tells the values apart. Default none. */
  decimals?: number | undefined;
}

/** Bins of numbers, NaN where missing: one for each different value, or where there are too many, with about as many rows in each. */
export function binNumbers(values: Float64Array, { bins: most = mostBins, decimals }: BinOptions = {}): BinnedColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const different = firstDifferent(sorted, most);
  const edges = different ?? [
    ...new Set(
      Array.from({ length: most }, (_, part) => sorted[Math.floor((part * (sorted.length - 1)) / (most - 1))]!),
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

/** Bins of words, by the places of their categories; NaN where missing. */
export function binCategories(places: Float64Array, count: number): BinnedColumn {
  return { bins: Uint8Array.from(places, (place) => (Number.isNaN(place) ? count : place)), count };
}

/** The different ones of sorted values, if they are not more. */
function firstDifferent(sorted: Float64Array, most: number): number[] | undefined {
  const different: number[] = [];
  for (const value of sorted) {
    if (value === different.at(-1)) continue;
    if (different.length === most) return undefined;
    different.push(value);
  }
  return different;
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

/** Halfway, with few decimals where that still is between the two. Never the upper one, which two neighbouring doubles may round to. */
function between(low: number, high: number, decimals?: number): number {
  const middle = Math.abs(low + high) < Infinity ? (low + high) / 2 : low / 2 + high / 2;
  const short = roundedTo(middle, decimals);
  if (low <= short && short < high) return short;
  return middle < high ? middle : low;
}

/** To so many decimals, if any are given. */
export function roundedTo(value: number, decimals: number | undefined): number {
  return decimals === undefined ? value : Math.round(value * 10 ** decimals) / 10 ** decimals;
}
