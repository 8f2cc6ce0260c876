import type { Dataset } from "@chatdb/ml-engine/training/dataset.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import { train } from "@chatdb/ml-engine/training/train.ts";
import { unwatched, type Watch } from "@chatdb/ml-engine/training/watch.ts";
import type { BoostedTrees } from "@chatdb/ml-model/artifact.ts";
import { parseArtifact, serializeArtifact } from "@chatdb/ml-model/artifact.ts";
import { createPredictor } from "@chatdb/ml-model/predictor.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { expect } from "chai";

const colours = ["red", "green", "blue", "black", "white"];

/** Rows with a number that may be missing, a colour, and noise; `y` of each as told. */
function datasetOf(rows: number, y: (a: number, colour: number, chance: number) => number | string): Dataset {
  const random = mulberry32(11);
  const a = Float64Array.from({ length: rows }, () => (random() < 0.2 ? NaN : Math.round(random() * 1000) / 1000));
  const b = Float64Array.from({ length: rows }, random);
  const colour = Array.from({ length: rows }, () => Math.floor(random() * colours.length));
  const values = Array.from(a, (each, row) => y(each, colour[row]!, random()));
  const target =
    typeof values[0] === "number"
      ? ({ kind: "number", values: Float64Array.from(values, Number) } as const)
      : ({ kind: "category", values: values.map(String) } as const);
  return {
    columns: [
      { kind: "number", name: "a", values: a, missing: a.filter(Number.isNaN).length },
      { kind: "number", name: "b", values: b, missing: 0 },
      { kind: "category", name: "colour", values: colour.map((place) => colours[place]), missing: 0 },
      { ...target, name: "y", missing: 0 },
    ],
    rowNumbers: Array.from({ length: rows }, (_, row) => row + 2),
    sha256: "0".repeat(64),
  };
}

const amount = datasetOf(
  2000,
  (a, colour, chance) => (Number.isNaN(a) ? 7 : 3 * a) + (colour === 1 || colour === 4 ? 5 : 0) + chance / 10,
);
const threeKinds = datasetOf(2000, (a, colour) => (Number.isNaN(a) ? "none" : a > 0.5 !== colour < 2 ? "so" : "not"));
const twoKinds = datasetOf(2000, (a, colour) => (a > 0.5 !== colour < 2 ? "so" : "not"));

const trees = (dataset: Dataset, parameters: TrainingParameters = {}, watch?: Watch) =>
  train(dataset, "y", { family: "boosted-trees", trees: 30, ...parameters }, watch);

describe("boosted trees", () => {
  it("learn a number from numbers, categories and missing values", () => {
    const { artifact, metrics } = trees(amount, { trees: 100 });
    expect(metrics["r2"]).to.be.above(0.99);
    const { predict } = createPredictor(artifact);
    expect(predict({ a: undefined, b: 0.5, colour: "red" }).prediction).to.be.closeTo(7.05, 0.2);
    expect(predict({ a: 0.5, b: 0.5, colour: "white" }).prediction).to.be.closeTo(6.55, 0.2);
  });

  it("separate two or more classes that no linear model separates", () => {
    expect(trees(twoKinds).metrics["accuracy"]).to.be.above(0.97);
    expect(trees(threeKinds).metrics["accuracy"]).to.be.above(0.97);
  });

  for (const [name, dataset] of Object.entries({
    numbers: amount,
    "two classes": twoKinds,
    "three classes": threeKinds,
  })) {
    it(`resume from any checkpoint with the same bytes: ${name}`, () => {
      const states: Uint8Array[] = [];
      const whole = trees(dataset, {}, { ...unwatched, checkpoint: (state) => void states.push(state()) });
      expect(states).to.have.lengthOf(30);
      for (const resumeFrom of [states[0]!, states[16]!, states[29]!]) {
        const resumed = trees(dataset, {}, { ...unwatched, resumeFrom });
        expect(serializeArtifact(resumed.artifact).equals(serializeArtifact(whole.artifact))).to.equal(true);
        expect(resumed.metrics).to.deep.equal(whole.metrics);
        expect(resumed.evaluation).to.deep.equal(whole.evaluation);
      }
    });

    it(`predict the same after serialization: ${name}`, () => {
      const { artifact } = trees(dataset);
      const values = { a: 0.3, b: 0.1, colour: "blue" };
      expect(createPredictor(parseArtifact(serializeArtifact(artifact))).predict(values)).to.deep.equal(
        createPredictor(artifact).predict(values),
      );
    });

    it(`explain a prediction by contributions that add up to it: ${name}`, () => {
      const { predict, explain } = createPredictor(trees(dataset).artifact);
      const values = { a: 0.8, b: 0.1, colour: "green" };
      const { prediction, probabilities } = predict(values);
      const { base, contributions } = explain!(values);
      const sum = contributions.reduce((total, { contribution }) => total + contribution, base);
      if (!probabilities) return expect(sum).to.be.closeTo(Number(prediction), 1e-9);
      const others = Object.entries(probabilities).flatMap(([label, share]) =>
        label === prediction ? [] : [Math.log(share)],
      );
      return expect(sum).to.be.closeTo(
        Math.log(probabilities[prediction]!) - others.reduce((total, each) => total + each, 0) / others.length,
        1e-9,
      );
    });
  }

  it("start from the beginning and log it if a checkpoint cannot be read", () => {
    const states: Uint8Array[] = [];
    const whole = trees(threeKinds, {}, { ...unwatched, checkpoint: (state) => void states.push(state()) });
    const kept = JSON.parse(Buffer.from(states[9]!).toString("utf8")) as Record<string, unknown>[];
    const json = (value: unknown) => Buffer.from(JSON.stringify(value));
    const damaged = {
      "cut off": states[9]!.subarray(0, -7),
      empty: new Uint8Array(),
      "of another form": json({ trees: kept }),
      "a tree short": json(kept.slice(1)),
      "of more rounds": states[29]!,
      "of other features": json(
        kept.map((each) => ({ ...each, features: (each["features"] as number[]).map(() => 3) })),
      ),
    };
    for (const [damage, resumeFrom] of Object.entries(damaged)) {
      const lines: string[] = [];
      const rounds = damage === "of more rounds" ? 20 : 30;
      const anew = trees(
        threeKinds,
        { trees: rounds },
        { ...unwatched, resumeFrom, log: (line) => void lines.push(line) },
      );
      expect(lines, damage).to.include(
        "Starts from the beginning: the state that an earlier start saved cannot be read.",
      );
      if (rounds === 30)
        expect(serializeArtifact(anew.artifact).equals(serializeArtifact(whole.artifact)), damage).to.equal(true);
    }
  });

  it("record the loss of each round", () => {
    const curve = trees(amount).evaluation.curve!;
    expect(curve.map(({ round }) => round)).to.deep.equal(Array.from({ length: 30 }, (_, n) => n + 1));
    expect(curve.at(-1)!.training).to.be.below(curve[0]!.training / 10);
    expect(curve.at(-1)!.held_out).to.be.below(curve[0]!.held_out / 10);
  });

  it("respect the limits of leaves and of rows in a leaf", () => {
    const { trees: grown } = trees(amount, { leaves: 4, min_rows: 300 }).artifact as BoostedTrees;
    for (const tree of grown) expect(tree.rights.filter((right) => right === 0)).to.have.lengthOf.at.most(4);
    expect(
      (trees(amount, { min_rows: 900 }).artifact as BoostedTrees).trees.every(({ values }) => values.length === 1),
    ).to.equal(true);
  });
});
