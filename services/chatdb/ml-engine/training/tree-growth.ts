import type { Tree } from "@chatdb/ml-model/tree.ts";
import { mostBins, roundedTo, type BinnedColumn } from "./bins.ts";
import { addCurved, addFlat, gather } from "./histogram.ts";
import { findSplit, type Split } from "./tree-split.ts";

export interface GrowthOptions {
  /** Of each tree. */
  leaves: number;
  /** How much of what a tree finds is added: the lower, the more trees are needed, and the better they do on other rows. */
  rate: number;
  /** Rows of each leaf, at least. */
  minRows: number;
  /** Sum of curvatures of each leaf, at least. Default 0. */
  minCurvature?: number;
  /** Penalty on the square of what a leaf says. */
  penalty: number;
  /** A split gains more than this. Default 0. */
  minGain?: number;
  /** To which values are rounded. Default none. */
  decimals?: number;
}

/** Where the loss falls as a row's score changes: slopes, and curvatures where they are not all 1. */
export interface Descent {
  slopes: Float64Array;
  curvatures?: Float64Array;
}

/** A leaf that may become two: rows from `start` to `end` of the order. */
interface Leaf {
  start: number;
  end: number;
  slope: number;
  curvature: number;
  /** By feature and bin, while the leaf may be split. */
  sums?: Float64Array;
  best?: Split;
  /** What it became. */
  children?: { left: Leaf; right: Leaf };
}

/**
 * Grows trees where they gain most, by second derivatives over histograms of binned features, the sums of one child being those of its parent
 * without the other's (Chen and Guestrin, XGBoost, 2016; Ke et al., LightGBM, 2017). Deterministic; its buffers serve every tree.
 */
export class TreeGrowth {
  readonly #columns: readonly BinnedColumn[];
  readonly #options: GrowthOptions;
  /** Rows, leaf after leaf; within a leaf in their own order. */
  readonly #order: Uint32Array;
  readonly #spare: Uint32Array;
  /** Slopes and curvatures of a leaf's rows, one after another. */
  readonly #slopes: Float64Array;
  readonly #curvatures: Float64Array;
  /** Where the sums of each feature begin, in bins; last where all end. */
  readonly #starts: Uint32Array;
  /** Numbers kept of a bin: slope, rows, and curvature where they are not all 1. */
  #stride: 2 | 3 = 2;
  readonly #pool: Float64Array[] = [];
  #leaves: Leaf[] = [];

  constructor(columns: readonly BinnedColumn[], rows: number, options: GrowthOptions) {
    this.#columns = columns;
    this.#options = options;
    this.#order = new Uint32Array(rows);
    this.#spare = new Uint32Array(rows);
    this.#slopes = new Float64Array(rows);
    this.#curvatures = new Float64Array(rows);
    this.#starts = new Uint32Array(columns.length + 1);
    columns.forEach(({ count }, feature) => (this.#starts[feature + 1] = this.#starts[feature]! + count + 1));
  }

  /** @param features that the tree may ask for */
  grow(descent: Descent, features: readonly number[]): Tree {
    for (let row = 0; row < this.#order.length; row++) this.#order[row] = row;
    this.#stride = descent.curvatures ? 3 : 2;
    const root = this.#leaf(0, this.#order.length, descent);
    this.#leaves = [root];
    if (this.#options.leaves > 1) {
      root.sums = this.#sumsOf(root, descent, features);
      this.#find(root, features);
    }
    while (this.#leaves.length < this.#options.leaves) {
      const leaf = this.#leaves.reduce((most, each) => (gainOf(each) > gainOf(most) ? each : most));
      if (!leaf.best) break;
      const children = this.#split(leaf, leaf.best, descent);
      this.#leaves.splice(this.#leaves.indexOf(leaf), 1, children.left, children.right);
      if (this.#leaves.length < this.#options.leaves) this.#findBoth(leaf, descent, features);
    }
    for (const leaf of this.#leaves) this.#release(leaf);
    return this.#written(root);
  }

  /** Adds what the tree that was grown last says to the scores of the rows that it was grown on. */
  addTo(scores: Float64Array): void {
    for (const leaf of this.#leaves) {
      const value = this.#valueOf(leaf);
      for (let i = leaf.start; i < leaf.end; i++) scores[this.#order[i]!]! += value;
    }
  }

  #leaf(start: number, end: number, { slopes, curvatures }: Descent): Leaf {
    const order = this.#order;
    let [slope, curvature] = [0, 0];
    for (let i = start; i < end; i++) slope += slopes[order[i]!]!;
    if (curvatures) for (let i = start; i < end; i++) curvature += curvatures[order[i]!]!;
    else curvature = end - start;
    return { start, end, slope, curvature };
  }

  #sumsOf({ start, end }: Leaf, { slopes, curvatures }: Descent, features: readonly number[]): Float64Array {
    const unseen = this.#starts.at(-1)!;
    const sums = this.#pool.pop() ?? new Float64Array((unseen + mostBins + 1) * this.#stride);
    sums.fill(0);
    gather(slopes, this.#order, start, end, this.#slopes);
    if (curvatures) gather(curvatures, this.#order, start, end, this.#curvatures);
    // Four features at a time: a row is looked up once for all of them, and their sums do not wait for one another.
    for (let place = 0; place < features.length; place += 4) {
      const four = features.slice(place, place + 4);
      // Where fewer are left, the last one stands in for the others, and its sums are added up once more where nobody looks.
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => this.#columns[four[n] ?? four.at(-1)!]!.bins);
      const [p, q, r, s] = [0, 1, 2, 3].map((n) => (n < four.length ? this.#starts[four[n]!]! : unseen) * this.#stride);
      if (curvatures)
        addCurved([a!, b!, c!, d!], [p!, q!, r!, s!], this.#order, start, end, this.#slopes, this.#curvatures, sums);
      else addFlat([a!, b!, c!, d!], [p!, q!, r!, s!], this.#order, start, end, this.#slopes, sums);
    }
    return sums;
  }

  /** Of what a leaf became, the smaller one is summed up; the larger one's sums are the leaf's without those. */
  #findBoth(leaf: Leaf, descent: Descent, features: readonly number[]): void {
    const { left, right } = leaf.children!;
    const [small, large] = left.end - left.start < right.end - right.start ? [left, right] : [right, left];
    const [sums, less] = [leaf.sums!, this.#sumsOf(small, descent, features)];
    for (let i = 0; i < sums.length; i++) sums[i]! -= less[i]!;
    [leaf.sums, small.sums, large.sums] = [undefined, less, sums];
    this.#find(small, features);
    this.#find(large, features);
  }

  #find(leaf: Leaf, features: readonly number[]): void {
    const { slope, curvature, start, end } = leaf;
    const sums = leaf.sums!;
    leaf.best = findSplit(
      { slope, curvature, rows: end - start, sums, stride: this.#stride, starts: this.#starts },
      this.#columns,
      features,
      this.#options,
    );
    if (!leaf.best) this.#release(leaf);
  }

  #release(leaf: Leaf): void {
    if (leaf.sums) this.#pool.push(leaf.sums);
    leaf.sums = undefined;
  }

  #split(leaf: Leaf, { feature, left }: Split, descent: Descent): { left: Leaf; right: Leaf } {
    const { bins } = this.#columns[feature]!;
    const order = this.#order;
    const spare = this.#spare;
    let [middle, moved] = [leaf.start, 0];
    for (let i = leaf.start; i < leaf.end; i++) {
      // Written to both, and kept in one: which it is cannot be foreseen, and a processor that guesses wrong waits.
      const row = order[i]!;
      const goes = left[bins[row]!]!;
      order[middle] = row;
      spare[moved] = row;
      middle += goes;
      moved += 1 - goes;
    }
    order.set(spare.subarray(0, moved), middle);
    leaf.children = { left: this.#leaf(leaf.start, middle, descent), right: this.#leaf(middle, leaf.end, descent) };
    return leaf.children;
  }

  #valueOf({ slope, curvature }: Leaf): number {
    return roundedTo((-this.#options.rate * slope) / (curvature + this.#options.penalty), this.#options.decimals);
  }

  #written(root: Leaf): Tree {
    const tree: Tree = { features: [], thresholds: [], missing_left: [], rights: [], values: [], sets: [] };
    const write = (leaf: Leaf): number => {
      const node = tree.features.length;
      const { best, children } = leaf;
      tree.features.push(children ? best!.feature : 0);
      tree.missing_left.push(children && best!.missingLeft ? 1 : 0);
      tree.thresholds.push(children ? (best!.set ? tree.sets.push(best!.set) - 1 : best!.threshold) : 0);
      tree.rights.push(0);
      tree.values.push(0);
      if (!children) return (tree.values[node] = this.#valueOf(leaf));
      const left = write(children.left);
      tree.rights[node] = tree.features.length;
      const right = write(children.right);
      const share = (children.left.end - children.left.start) / (leaf.end - leaf.start);
      return (tree.values[node] = share * left + (1 - share) * right);
    };
    write(root);
    return tree;
  }
}

const gainOf = ({ best }: Leaf) => best?.gain ?? 0;
