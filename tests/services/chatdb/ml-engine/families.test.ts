import { family, type Family, type TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { evaluation } from "@chatdb/contracts/models.ts";
import { modelSchema } from "@chatdb/contracts/predictions.ts";
import type { Column } from "@chatdb/ml-engine/training/column.ts";
import type { Dataset } from "@chatdb/ml-engine/training/dataset.ts";
import { JobError } from "@chatdb/ml-engine/training/job-error.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import { train, type TrainedModel } from "@chatdb/ml-engine/training/train.ts";
import { learnVocabulary } from "@chatdb/ml-engine/training/vocabulary.ts";
import {
  modelArtifact,
  parseArtifact,
  serializeArtifact,
  type BoostedTrees,
  type ModelArtifact,
  type NearestNeighbours,
  type TextClassification,
} from "@chatdb/ml-model/artifact.ts";
import { createPredictor, schemaOf } from "@chatdb/ml-model/predictor.ts";
import { createWeigher } from "@chatdb/ml-model/terms.ts";
import type { Tree } from "@chatdb/ml-model/tree.ts";
import { expect } from "chai";
import fc from "fast-check";

const numbers = (name: string, values: readonly number[]): Column => ({
  kind: "number",
  name,
  values: Float64Array.from(values),
  missing: values.filter(Number.isNaN).length,
});
const words = (name: string, values: readonly (string | undefined)[]): Column => ({
  kind: "category",
  name,
  values: [...values],
  missing: values.filter((value) => value === undefined).length,
});
const datasetOf = (...columns: Column[]): Dataset => ({
  columns,
  rowNumbers: Array.from({ length: columns[0]!.values.length }, (_, row) => row + 2),
  sha256: "0".repeat(64),
});

const random = mulberry32(5);
const count = 400;
const x = Array.from({ length: count }, () => Math.round(random() * 1000) / 100);
const city = x.map((_, row) => ["Oslo", "Rome", "Bonn"][row % 3]!);
const amount = datasetOf(
  numbers("x", x),
  words("city", city),
  numbers(
    "noise",
    x.map(() => random()),
  ),
  numbers(
    "y",
    x.map((value, row) => 3 * value + (city[row] === "Rome" ? 20 : 0) + random()),
  ),
);
const kinds = datasetOf(
  numbers("x", x),
  words("city", city),
  numbers(
    "noise",
    x.map(() => random()),
  ),
  words(
    "y",
    x.map((value, row) => (value < 3 ? "low" : city[row] === "Rome" ? "rome" : "high")),
  ),
);
const praise = ["I love this very much", "what a great day", "truly great and lovely", "love love love it"];
const blame = ["this is awful stuff", "what a terrible day", "truly bad and awful", "I hate all of it"];
const reviews = datasetOf(
  words(
    "text",
    Array.from({ length: 80 }, (_, row) => `${(row % 2 ? praise : blame)[Math.floor(row / 2) % 4]!} number ${row}`),
  ),
  words(
    "y",
    Array.from({ length: 80 }, (_, row) => (row % 2 ? "good" : "bad")),
  ),
);

const of = (dataset: Dataset, parameters: TrainingParameters) => train(dataset, "y", parameters);
const trained: [string, Dataset, Family][] = [
  ["linear-regression", amount, "linear-regression"],
  ["logistic-regression", kinds, "logistic-regression"],
  ["boosted-trees of a number", amount, "boosted-trees"],
  ["boosted-trees of classes", kinds, "boosted-trees"],
  ["k-nearest-neighbours of a number", amount, "k-nearest-neighbours"],
  ["k-nearest-neighbours of classes", kinds, "k-nearest-neighbours"],
  ["text-classification", reviews, "text-classification"],
];

/** A row of the dataset, as a prediction is given it. */
const rowOf = ({ columns }: Dataset, row: number) =>
  Object.fromEntries(columns.filter(({ name }) => name !== "y").map(({ name, values }) => [name, values[row]]));

describe("model families", () => {
  it("are all covered here", () => {
    expect(new Set(trained.map(([, , each]) => each))).to.deep.equal(new Set(family.options));
  });

  for (const [name, dataset, each] of trained) {
    describe(name, () => {
      let model: TrainedModel;
      before(() => (model = of(dataset, { family: each })));

      it("learns the pattern in the data", () => {
        const { r2, accuracy } = model.metrics;
        expect(r2 ?? accuracy).to.be.above(0.85);
      });

      it("gives the same bytes for the same job", () => {
        const again = of(dataset, { family: each });
        expect(serializeArtifact(again.artifact).equals(serializeArtifact(model.artifact))).to.equal(true);
        expect(again.evaluation).to.deep.equal(model.evaluation);
      });

      it("survives serialization and describes its features", () => {
        const read = parseArtifact(serializeArtifact(model.artifact));
        expect(read).to.deep.equal(JSON.parse(JSON.stringify(model.artifact)));
        const schema = modelSchema.parse({ model: { name: "m", version: 1 }, explains: false, ...schemaOf(read) });
        expect(schema.features.map((feature) => feature.name)).to.deep.equal(Object.keys(rowOf(dataset, 0)));
        expect(createPredictor(read).predict(rowOf(dataset, 0))).to.deep.equal(
          createPredictor(model.artifact).predict(rowOf(dataset, 0)),
        );
      });

      it("evaluates held-out rows as the contract describes", () => {
        const told = evaluation.parse(model.evaluation);
        expect(told.importance).to.have.lengthOf(dataset.columns.length - 1);
        if (dataset !== reviews) expect(told.importance!.at(-1)!.feature).to.equal("noise");
        const rows = model.metrics["test_rows"]!;
        if (dataset === amount) expect(told.points).to.have.lengthOf(rows);
        else expect(told.confusion!.counts.flat().reduce((sum, each) => sum + each)).to.equal(rows);
      });

      it("explains by contributions that add up, or declares that it cannot", () => {
        const { predict, explain } = createPredictor(model.artifact);
        if (each === "k-nearest-neighbours") return expect(explain).to.equal(undefined);
        for (let row = 0; row < 20; row++) {
          const { prediction, probabilities } = predict(rowOf(dataset, row));
          const { base, contributions } = explain!(rowOf(dataset, row));
          const sum = contributions.reduce((total, { contribution }) => total + contribution, base);
          const others = Object.entries(probabilities ?? {}).flatMap(([label, share]) =>
            label === prediction ? [] : [Math.log(share)],
          );
          const expected = probabilities
            ? Math.log(probabilities[prediction]!) - others.reduce((total, log) => total + log, 0) / others.length
            : Number(prediction);
          expect(sum).to.be.closeTo(expected, 1e-6);
          const sizes = contributions.map(({ contribution }) => Math.abs(contribution));
          expect(sizes).to.deep.equal(sizes.toSorted((a, b) => b - a));
        }
        return undefined;
      });
    });
  }

  it("reject an unsuitable target and name a suitable family", () => {
    const refused = (dataset: Dataset, each: Family, said: string) =>
      expect(() => of(dataset, { family: each })).to.throw(JobError, said);
    refused(kinds, "linear-regression", "column of classes");
    refused(amount, "logistic-regression", "column of numbers");
    refused(amount, "text-classification", "column of numbers");
    refused(datasetOf(numbers("x", x), words("y", city)), "text-classification", "only numbers");
  });

  it("default to text-classification if the only feature holds texts, else to the task's family", () => {
    expect(of(reviews, {}).artifact.family).to.equal("text-classification");
    expect(of(kinds, {}).artifact.family).to.equal("logistic-regression");
    expect(
      of(
        datasetOf(
          words("city", city),
          words(
            "y",
            x.map((value) => (value > 5 ? "a" : "b")),
          ),
        ),
        {},
      ).artifact.family,
    ).to.equal("logistic-regression");
    expect(of(amount, {}).artifact.family).to.equal("linear-regression");
  });
});

describe("nearest neighbours", () => {
  const points = {
    ...(of(amount, { family: "k-nearest-neighbours" }).artifact as NearestNeighbours),
    features: [{ kind: "number" as const, name: "x", required: true, mean: 0, scale: 1 }],
  };
  const line = { ...points, neighbours: 2, points: [0, 1, 3, 3], answers: [10, 20, 30, 50] };

  it("are averaged uniformly or by distance, and exact matches alone count", () => {
    const predict = (neighbour_weights: "uniform" | "distance", value: number) =>
      createPredictor({ ...line, neighbour_weights }).predict({ x: value }).prediction;
    expect(predict("uniform", 0.25)).to.equal(15);
    // By hand: (10 / 0.25 + 20 / 0.75) / (1 / 0.25 + 1 / 0.75).
    expect(predict("distance", 0.25)).to.be.closeTo(12.5, 1e-12);
    expect(predict("distance", 1)).to.equal(20);
    expect(predict("distance", 3)).to.equal(40);
  });

  it("vote for a class", () => {
    const { predict } = createPredictor({
      ...line,
      neighbour_weights: "uniform",
      neighbours: 3,
      classes: ["a", "b"],
      answers: [0, 0, 1, 1],
    });
    expect(predict({ x: 0.1 })).to.deep.equal({ prediction: "a", probabilities: { a: 2 / 3, b: 1 / 3 } });
  });

  it("are limited to the number of rows", () => {
    expect(
      createPredictor({ ...line, neighbour_weights: "uniform", neighbours: 9 }).predict({ x: 0 }).prediction,
    ).to.equal(27.5);
  });

  it("are rejected if there are too many rows to hold", () => {
    const rows = 160_000;
    const wide = datasetOf(
      ...Array.from({ length: 10 }, (_, place) =>
        numbers(
          place === 9 ? "y" : `x${place}`,
          new Array<number>(rows).fill(0).map((_, row) => row * (place + 0.5)),
        ),
      ),
    );
    expect(() => of(wide, { family: "k-nearest-neighbours" })).to.throw(JobError, /at most 1048576 fit/);
  });
});

describe("text classification", () => {
  it("explains a class by its words", () => {
    const { explain, predict } = createPredictor(of(reviews, {}).artifact);
    expect(predict({ text: "LOVE, great!" }).prediction).to.equal("good");
    expect(explain!({ text: "LOVE, great!" }).contributions.map(({ feature }) => feature)).to.have.members([
      "love",
      "great",
    ]);
  });

  it("weighs terms as scikit-learn 1.9.1 does: TfidfVectorizer(ngram_range=(1, 2))", () => {
    const { terms, rarity } = learnVocabulary(["the red house", "The red, red car!", "a blue car by the sea"], 100);
    const { places, weights } = createWeigher(terms, rarity)("The red, red car!");
    const told = Object.fromEntries(Array.from(places, (place, i) => [terms[place]!, weights[i]!]));
    const expected = {
      car: 0.3152690918197098,
      red: 0.6305381836394196,
      "red car": 0.414540968886732,
      "red red": 0.414540968886732,
      the: 0.24483457412700413,
      "the red": 0.3152690918197098,
    };
    expect(told).to.have.all.keys(Object.keys(expected));
    for (const [term, weight] of Object.entries(expected)) expect(told[term]).to.be.closeTo(weight, 1e-12);
  });
});

describe("inconsistent artifacts", () => {
  const trees = of(kinds, { family: "boosted-trees", trees: 2 }).artifact as BoostedTrees;
  const near = of(kinds, { family: "k-nearest-neighbours" }).artifact as NearestNeighbours;
  const text = of(reviews, {}).artifact as TextClassification;
  const accepted = (artifact: ModelArtifact) => modelArtifact.safeParse(artifact).success;
  const withRoot = (change: Partial<Tree>) =>
    accepted({ ...trees, trees: trees.trees.map((tree) => ({ ...tree, ...change })) });
  const first = trees.trees.find(({ rights }) => rights[0] !== 0)!;

  it("are rejected", () => {
    expect(accepted(trees)).to.equal(true);
    expect(withRoot(first)).to.equal(true);
    expect(accepted({ ...trees, trees: trees.trees.slice(1) })).to.equal(false);
    expect(accepted({ ...trees, intercepts: trees.intercepts.slice(1) })).to.equal(false);
    expect(withRoot({ ...first, values: first.values.slice(1) })).to.equal(false);
    expect(withRoot({ ...first, rights: first.rights.with(0, 10_000) })).to.equal(false);
    expect(withRoot({ ...first, rights: first.rights.with(0, 1) })).to.equal(false);
    expect(withRoot({ ...first, features: first.features.with(0, 99) })).to.equal(false);
    expect(
      withRoot({ ...first, features: first.features.with(0, 1), thresholds: first.thresholds.with(0, 99) }),
    ).to.equal(false);
    expect(accepted({ ...near, points: near.points.slice(1) })).to.equal(false);
    expect(accepted({ ...near, answers: near.answers.with(0, 3) })).to.equal(false);
    expect(accepted({ ...text, rarity: text.rarity.slice(1) })).to.equal(false);
    expect(accepted({ ...text, weights: text.weights.slice(1) })).to.equal(false);
  });
});

describe("any dataset", () => {
  const value = fc.oneof(
    fc.constant(NaN),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.constant(1e308),
    fc.constant(-1e308),
  );
  const word = fc.oneof(fc.constant(undefined), fc.constantFrom("a", "b", "c"), fc.string({ minLength: 1 }));
  const column = (name: string, rows: number) =>
    fc.oneof(
      fc.array(value, { minLength: rows, maxLength: rows }).map((values) => numbers(name, values)),
      fc.array(word, { minLength: rows, maxLength: rows }).map((values) => words(name, values)),
      fc.constant(numbers(name, new Array<number>(rows).fill(4))),
      fc.constant(words(name, new Array<undefined>(rows).fill(undefined))),
    );
  const target = (rows: number) =>
    fc.oneof(
      fc
        .array(fc.constantFrom("p", "q", "rare"), { minLength: rows, maxLength: rows })
        .map((values) => words("y", values)),
      fc
        .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: rows, maxLength: rows })
        .map((values) => numbers("y", values)),
    );
  const table = fc
    .integer({ min: 10, max: 40 })
    .chain((rows) =>
      fc.tuple(column("a", rows), column("b", rows), target(rows)).map((columns) => datasetOf(...columns)),
    );

  it("gives a serializable, deterministic model that predicts each row, or a reason why not", () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(...family.options),
        fc.integer({ min: 1, max: 5 }),
        (dataset, each, min_rows) => {
          const parameters: TrainingParameters = {
            family: each,
            seed: min_rows,
            ...(each === "boosted-trees" && { trees: 3, min_rows }),
          };
          let model: TrainedModel;
          try {
            model = of(dataset, parameters);
          } catch (error) {
            expect(error).to.be.instanceOf(JobError);
            return;
          }
          const bytes = serializeArtifact(model.artifact);
          expect(serializeArtifact(of(dataset, parameters).artifact).equals(bytes)).to.equal(true);
          const { predict } = createPredictor(parseArtifact(bytes));
          const { classes } = schemaOf(model.artifact);
          for (const row of dataset.rowNumbers.keys()) {
            const values = Object.fromEntries(
              Object.entries(rowOf(dataset, row)).map(([name, given]) => [
                name,
                Number.isNaN(given) ? undefined : given,
              ]),
            );
            const { prediction } = predict(values);
            if (classes) expect(classes).to.include(prediction);
            else expect(prediction).to.satisfy(Number.isFinite);
          }
          evaluation.parse(model.evaluation);
        },
      ),
      { numRuns: 300 },
    );
  });
});
