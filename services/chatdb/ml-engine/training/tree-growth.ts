import type { Tree } from "@chatdb/ml-model/tree.ts";
import { maxBins, roundedTo, type BinnedColumn } from "./bins.ts";
import { addCurved, addFlat, gather } from "./histogram.ts";
import { findSplit, type Split } from "./tree-split.ts";

export interface GrowthOptions {
  /** Upper limit of leaves of each tree. */
  leaves: number;
  /** Learning rate: a lower one needs more trees, and generalises better. */
  rate: number;
  /** Least number of rows of a leaf. */
  minRows: number;
  /** Least sum of curvatures of a leaf. Default 0. */
  minCurvature?: number;
  /** Penalty on the squared value of a leaf. */
  penalty: number;
  /** Gain that a split must exceed. Default 0. */
  minGain?: number;
  /** Decimals of values. Default: not rounded. */
  decimals?: number;
}

/** First and second derivatives of the loss by a row's score; no curvatures if they are all 1. */
export interface Descent {
  slopes: Float64Array;
  curvatures?: Float64Array;
}

/** A leaf that may be split: rows `start` to `end` of the order. */
interface Leaf {
  start: number;
  end: number;
  slope: number;
  curvature: number;
  /** Sums by feature and bin, while the leaf may be split. */
  sums?: Float64Array;
  best?: Split;
  /** Set once the leaf is split. */
  children?: { left: Leaf; right: Leaf };
}

/**
 * Grows trees leaf by leaf, always where the gain is largest, by second derivatives over histograms of binned features
 * (Chen and Guestrin, XGBoost, 2016; Ke et al., LightGBM, 2017). The sums of one child are those of its parent less
 * those of the other child. It is deterministic, and reuses its buffers for every tree.
 */
export class TreeGrowth {
  readonly #columns: readonly BinnedColumn[];
  readonly #options: GrowthOptions;
  /** Rows by leaf, within a leaf in ascending order. */
  readonly #order: Uint32Array;
  readonly #spare: Uint32Array;
  /** Slopes and curvatures of a leaf's rows, one after another. */
  readonly #slopes: Float64Array;
  readonly #curvatures: Float64Array;
  /** Offset of each feature's sums, in bins; the last item is their end. */
  readonly #starts: Uint32Array;
  /** Numbers of a bin: slope, rows, and curvature unless they are all 1. */
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

  /** @param features features that the tree may split on */
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
      const leaf = this.#leaves.reduce((best, each) => (gainOf(each) > gainOf(best) ? each : best));
      if (!leaf.best) break;
      const children = this.#split(leaf, leaf.best, descent);
      this.#leaves.splice(this.#leaves.indexOf(leaf), 1, children.left, children.right);
      if (this.#leaves.length < this.#options.leaves) this.#findBoth(leaf, descent, features);
    }
    for (const leaf of this.#leaves) this.#release(leaf);
    return this.#toTree(root);
  }

  /** Adds the values of the latest tree to the scores of the rows that it was grown on. */
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
    const unusedOffset = this.#starts.at(-1)!;
    const sums = this.#pool.pop() ?? new Float64Array((unusedOffset + maxBins + 1) * this.#stride);
    sums.fill(0);
    gather(slopes, this.#order, start, end, this.#slopes);
    if (curvatures) gather(curvatures, this.#order, start, end, this.#curvatures);
    // Four features at a time: each row is looked up once for all of them, and their sums are independent.
    for (let place = 0; place < features.length; place += 4) {
      const four = features.slice(place, place + 4);
      // If fewer are left, the last one fills the gaps, and its extra sums go to a place that nobody reads.
      const [a, b, c, d] = [0, 1, 2, 3].map((n) => this.#columns[four[n] ?? four.at(-1)!]!.bins);
      const [p, q, r, s] = [0, 1, 2, 3].map(
        (n) => (n < four.length ? this.#starts[four[n]!]! : unusedOffset) * this.#stride,
      );
      if (curvatures)
        addCurved([a!, b!, c!, d!], [p!, q!, r!, s!], this.#order, start, end, this.#slopes, this.#curvatures, sums);
      else addFlat([a!, b!, c!, d!], [p!, q!, r!, s!], this.#order, start, end, this.#slopes, sums);
    }
    return sums;
  }

  /** Sums up the smaller child only; the sums of the larger one are the parent's less those. */
  #findBoth(leaf: Leaf, descent: Descent, features: readonly number[]): void {
    const { left, right } = leaf.children!;
    const [small, large] = left.end - left.start < right.end - right.start ? [left, right] : [right, left];
    const [sums, smallSums] = [leaf.sums!, this.#sumsOf(small, descent, features)];
    for (let i = 0; i < sums.length; i++) sums[i]! -= smallSums[i]!;
    [leaf.sums, small.sums, large.sums] = [undefined, smallSums, sums];
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
      // Written to both and kept in one: a branch would be mispredicted too often.
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

  #toTree(root: Leaf): Tree {
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
