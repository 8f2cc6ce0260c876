import type { Forest, Tree } from "@chatdb/query-parser/ranking/forest.ts";

/** Rows that a forest is grown on. */
export interface Sample {
  /** By feature, then by row. */
  columns: readonly Float64Array[];
  /** 1 where it is so, 0 where it is not. */
  labels: Uint8Array;
  /** How much each row counts. */
  weights: Float64Array;
}

export interface GrowOptions {
  trees: number;
  /** Of each tree. */
  leaves: number;
  /** How much of what a tree finds is added: the lower, the more trees are needed, and the better they do on other rows. */
  rate: number;
  /** Rows of each leaf, at least. */
  minRows: number;
  /** Penalty on the square of what a leaf says. */
  penalty: number;
  /** Share of the features that each tree may ask for. */
  share: number;
  /** From 0 to 1. Trees differ in the features that they may ask for. */
  random: () => number;
}

/** Values of a feature are told apart at so many thresholds, at most. */
const maxThresholds = 63;

/**
 * Trees whose sum is the log-odds that a row is so: gradient boosting with second derivatives over histograms of the features
 * (Chen and Guestrin, XGBoost, 2016; Ke et al., LightGBM, 2017, for trees that grow where they gain most). Deterministic
 * for the same random numbers.
 */
export function growForest({ columns, labels, weights }: Sample, options: GrowOptions): Omit<Forest, "features"> {
  const rows = labels.length;
  const binned = columns.map(binsOf);
  // Never certain, however few rows there are.
  const share = (weights.reduce((sum, weight, row) => sum + weight * labels[row]!, 0) + 1) / (weights.reduce((sum, weight) => sum + weight, 0) + 2);
  const intercept = Math.log(share / (1 - share));
  const scores = new Float64Array(rows).fill(intercept);
  const slopes = new Float64Array(rows);
  const curvatures = new Float64Array(rows);
  const trees: Tree[] = [];
  for (let n = 0; n < options.trees; n++) {
    for (let row = 0; row < rows; row++) {
      const chance = 1 / (1 + Math.exp(-scores[row]!));
      slopes[row] = weights[row]! * (chance - labels[row]!);
      curvatures[row] = weights[row]! * Math.max(chance * (1 - chance), 1e-6);
    }
    const features = binned.flatMap(({ thresholds }, feature) => (thresholds.length > 0 && options.random() < options.share ? [feature] : []));
    trees.push(new Growth(binned, features, { slopes, curvatures, scores }, options).tree());
  }
  return { intercept, trees };
}

interface Binned {
  /** A value is in the bin of the first threshold that is not below it. */
  thresholds: number[];
  bins: Uint8Array;
}

interface State {
  slopes: Float64Array;
  curvatures: Float64Array;
  /** Log-odds of each row, to which a tree is added when it is grown. */
  scores: Float64Array;
}

interface Split {
  gain: number;
  feature: number;
  bin: number;
}

/** A leaf that may become two. */
interface Leaf {
  rows: Uint32Array;
  /** Sums of slopes, curvatures and rows by feature and bin. */
  sums: Float64Array;
  slope: number;
  curvature: number;
  best?: Split;
  /** What it became. */
  split?: { feature: number; threshold: number; below: Leaf; above: Leaf };
}

const width = maxThresholds + 1;

/** One tree as it grows. */
class Growth {
  readonly #binned: readonly Binned[];
  readonly #features: readonly number[];
  readonly #state: State;
  readonly #options: GrowOptions;

  constructor(binned: readonly Binned[], features: readonly number[], state: State, options: GrowOptions) {
    this.#binned = binned;
    this.#features = features;
    this.#state = state;
    this.#options = options;
  }

  tree(): Tree {
    const root = this.#leaf(Uint32Array.from(this.#state.scores, (_, row) => row));
    const leaves = [root];
    while (leaves.length < this.#options.leaves) {
      const best = leaves.filter((leaf) => leaf.best).sort((a, b) => b.best!.gain - a.best!.gain)[0];
      if (!best) break;
      const { below, above } = this.#split(best, best.best!);
      leaves.splice(leaves.indexOf(best), 1, below, above);
    }
    return this.#grown(root);
  }

  /** Adds what the leaves say to the scores of their rows. */
  #grown({ split, rows, slope, curvature }: Leaf): Tree {
    if (split) return [split.feature, split.threshold, this.#grown(split.below), this.#grown(split.above)];
    const value = rounded((-this.#options.rate * slope) / (curvature + this.#options.penalty));
    for (const row of rows) this.#state.scores[row]! += value;
    return value;
  }

  #leaf(rows: Uint32Array, sums = this.#sumsOf(rows)): Leaf {
    const { slopes, curvatures } = this.#state;
    let [slope, curvature] = [0, 0];
    for (const row of rows) {
      slope += slopes[row]!;
      curvature += curvatures[row]!;
    }
    return { rows, sums, slope, curvature, best: this.#bestSplit({ rows, sums, slope, curvature }) };
  }

  #split(leaf: Leaf, { feature, bin }: Split): { below: Leaf; above: Leaf } {
    const { bins, thresholds } = this.#binned[feature]!;
    const [lower, upper] = [leaf.rows.filter((row) => bins[row]! <= bin), leaf.rows.filter((row) => bins[row]! > bin)];
    const small = this.#leaf(lower.length < upper.length ? lower : upper);
    // The sums of one are those of the whole without the other's.
    const rest = leaf.sums.map((sum, place) => sum - small.sums[place]!);
    const large = this.#leaf(lower.length < upper.length ? upper : lower, rest);
    const [below, above] = lower.length < upper.length ? [small, large] : [large, small];
    leaf.split = { feature, threshold: thresholds[bin]!, below, above };
    return { below, above };
  }

  #sumsOf(rows: Uint32Array): Float64Array {
    const { slopes, curvatures } = this.#state;
    const sums = new Float64Array(this.#features.length * width * 3);
    for (const [place, feature] of this.#features.entries()) {
      const { bins } = this.#binned[feature]!;
      const start = place * width * 3;
      for (const row of rows) {
        const at = start + bins[row]! * 3;
        sums[at]! += slopes[row]!;
        sums[at + 1]! += curvatures[row]!;
        sums[at + 2]! += 1;
      }
    }
    return sums;
  }

  #bestSplit({ rows, sums, slope, curvature }: Leaf): Split | undefined {
    const { minRows, penalty } = this.#options;
    const worth = (g: number, h: number) => g ** 2 / (h + penalty);
    const whole = worth(slope, curvature);
    let best: Split | undefined;
    for (const [place, feature] of this.#features.entries()) {
      let [g, h, n] = [0, 0, 0];
      for (let bin = 0; bin < this.#binned[feature]!.thresholds.length; bin++) {
        const at = (place * width + bin) * 3;
        g += sums[at]!;
        h += sums[at + 1]!;
        n += sums[at + 2]!;
        if (n < minRows || rows.length - n < minRows) continue;
        const gain = worth(g, h) + worth(slope - g, curvature - h) - whole;
        if (gain > (best?.gain ?? 1e-6)) best = { gain, feature, bin };
      }
    }
    return best;
  }
}

/** Thresholds lie between values, so that about as many rows are in each bin. */
function binsOf(values: Float64Array): Binned {
  const sorted = Float64Array.from(values).sort();
  const different = [...new Set(sorted)];
  const edges = different.length <= maxThresholds + 1 ? different : [...new Set(Array.from({ length: maxThresholds + 1 }, (_, part) => sorted[Math.floor((part * (sorted.length - 1)) / maxThresholds)]!))];
  const thresholds = edges.slice(1).map((edge, place) => between(edges[place]!, edge));
  return { thresholds, bins: Uint8Array.from(values, (value) => binOf(value, thresholds)) };
}

function binOf(value: number, thresholds: readonly number[]): number {
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= thresholds[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Halfway, with few digits where that still is between the two. */
function between(low: number, high: number): number {
  const middle = (low + high) / 2;
  const short = rounded(middle);
  return low <= short && short < high ? short : middle;
}

const rounded = (value: number) => Math.round(value * 1e4) / 1e4;
