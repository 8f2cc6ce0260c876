import { growForest, type ForestOptions } from "@chatdb/ml-engine/ranker/grow-forest.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import { valueOf } from "../../../../services/chatdb/question-engine/ranking/forest.ts";
import { expect } from "chai";

const options = (): ForestOptions => ({
  trees: 60,
  leaves: 6,
  rate: 0.2,
  minRows: 5,
  penalty: 1,
  share: 1,
  random: mulberry32(7),
});

/** Rows of three numbers from 0 to 1, and whether they are so. */
function sampleOf(rows: number, isSo: (row: readonly number[]) => boolean) {
  const random = mulberry32(1);
  const all = Array.from({ length: rows }, () => [random(), random(), random()]);
  return {
    rows: all,
    columns: [0, 1, 2].map((feature) => Float64Array.from(all, (row) => row[feature]!)),
    labels: Uint8Array.from(all, (row) => Number(isSo(row))),
    weights: new Float64Array(rows).fill(1),
  };
}

const chanceOf = ({ trees, intercept }: ReturnType<typeof growForest>, row: readonly number[]) =>
  1 / (1 + Math.exp(-valueOf(trees, intercept, row)));

describe("a forest", () => {
  it("learns that one of two features is large but not both, which no sum of features expresses", () => {
    const isSo = ([a, b]: readonly number[]) => a! > 0.5 !== b! > 0.5;
    const forest = growForest(sampleOf(2000, isSo), options());
    const other = sampleOf(3000, isSo).rows.slice(2000);
    expect(other.filter((row) => chanceOf(forest, row) > 0.5 === isSo(row)).length / other.length).to.be.above(0.95);
  });

  it("estimates the probability if the label is random", () => {
    const random = mulberry32(3);
    const forest = growForest(
      sampleOf(4000, ([a]) => random() < (a! > 0.5 ? 0.8 : 0.3)),
      { ...options(), trees: 20 },
    );
    expect(chanceOf(forest, [0.9, 0.5, 0.5])).to.be.closeTo(0.8, 0.1);
    expect(chanceOf(forest, [0.1, 0.5, 0.5])).to.be.closeTo(0.3, 0.1);
  });

  it("counts rows by their weights", () => {
    const sample = sampleOf(4000, ([a]) => a! > 0.5);
    const heavy = growForest(
      {
        ...sample,
        columns: sample.columns.slice(1),
        weights: sample.weights.map((_, row) => 1 + 8 * sample.labels[row]!),
      },
      { ...options(), trees: 5 },
    );
    expect(chanceOf(heavy, [0.5, 0.5])).to.be.closeTo(0.9, 0.03);
  });

  it("has no leaf with fewer rows than the minimum", () => {
    const forest = growForest(
      sampleOf(60, ([a]) => a! > 0.95),
      { ...options(), minRows: 40 },
    );
    expect(forest.trees.every((tree) => typeof tree === "number")).to.equal(true);
  });

  it("is the same for the same rows", () => {
    const grow = () =>
      growForest(
        sampleOf(300, ([a, , c]) => a! > c!),
        { ...options(), share: 0.5 },
      );
    expect(grow()).to.deep.equal(grow());
  });
});
