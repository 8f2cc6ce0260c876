import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { expect } from "chai";
import fc from "fast-check";
import { createPredictor } from "@chatdb/ml-model/predictor.ts";
import type { LinearRegression } from "@chatdb/ml-model/artifact.ts";
import { serializeArtifact } from "@chatdb/ml-model/artifact.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { readDataset } from "@chatdb/ml-engine/training/dataset.ts";
import { fitLinear } from "@chatdb/ml-engine/training/linear-regression.ts";
import { fitLogistic } from "@chatdb/ml-engine/training/logistic-regression.ts";
import { minimize } from "@chatdb/ml-engine/training/lbfgs.ts";
import { classificationMetrics, regressionMetrics } from "@chatdb/ml-engine/training/metrics.ts";
import { splitRows } from "@chatdb/ml-engine/training/row-split.ts";
import { train } from "@chatdb/ml-engine/training/train.ts";
import { housePrice, housesCsv } from "@chatdb/sample-data/datasets.ts";

const trainCsv = async (csv: string, parameters: TrainingParameters = {}, target?: string) =>
  train(await readDataset(Readable.from([Buffer.from(csv)])), target, parameters);

/** Fisher's measurements of 150 irises, as scikit-learn has them. */
const iris = readFileSync(new URL("./iris.csv", import.meta.url), "utf8");

/** Columns with mean 0 and standard deviation 1. */
function standardised(columns: readonly number[][]): number[][] {
  const scaled = columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return values.map((value) => (value - mean) / deviation);
  });
  return scaled[0]!.map((_, row) => scaled.map((values) => values[row]!));
}

const irisColumns = [0, 1, 2, 3].map((index) =>
  iris
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => Number(line.split(",")[index])),
);

const csvOf = (header: string, rows: readonly (readonly unknown[])[]) =>
  [header, ...rows.map((row) => row.join(","))].join("\n");

const matrix = (rows: number[][]) => ({
  data: Float64Array.from(rows.flat()),
  rows: rows.length,
  width: rows[0]!.length,
});

describe("linear regression", () => {
  it("computes the slope and intercept of simple regression, cov(x, y) / var(x)", () => {
    const { intercept, weights } = fitLinear(matrix([[1], [2], [3], [4], [5]]), Float64Array.of(2, 4, 5, 4, 5), 0);
    // By hand: means 3 and 4, sum of products 6, sum of squares 10.
    expect(weights[0]).to.be.closeTo(0.6, 1e-12);
    expect(intercept).to.be.closeTo(2.2, 1e-12);
  });

  it("shrinks a single weight by sum of squares / (sum of squares + l2)", () => {
    const { weights } = fitLinear(matrix([[-1], [0], [1]]), Float64Array.of(-2, 0, 2), 2);
    expect(weights[0]).to.be.closeTo(1, 1e-12);
  });

  it("gives scikit-learn's ridge regression (1.9.1: Ridge(alpha=2) of petal width by the other measures of iris)", () => {
    const { intercept, weights } = fitLinear(
      matrix(standardised(irisColumns.slice(0, 3))),
      Float64Array.from(irisColumns[3]!),
      2,
    );
    [-0.0921163162907099, 0.06519135898186028, 0.8286662260750299].forEach((weight, i) =>
      expect(weights[i]).to.be.closeTo(weight, 1e-12),
    );
    expect(intercept).to.be.closeTo(1.199333333333335, 1e-12);
  });

  it("rejects linearly dependent columns without a penalty", () => {
    expect(() =>
      fitLinear(
        matrix([
          [1, 2],
          [2, 4],
          [3, 6],
        ]),
        Float64Array.of(1, 2, 3),
        0,
      ),
    ).to.throw("l2 above 0");
  });

  it("recovers any exact linear law through training and serving", async () => {
    const coefficient = fc.double({ min: -1000, max: 1000, noNaN: true });
    await fc.assert(
      fc.asyncProperty(coefficient, coefficient, coefficient, fc.nat(), async (base, perX, perZ, seed) => {
        const rows = Array.from({ length: 60 }, (_, i) => {
          const [x, z] = [((i * 37) % 101) / 7, ((i * 53) % 89) - 40];
          return [x, z, base + perX * x + perZ * z];
        });
        const { artifact } = await trainCsv(csvOf("x,z,y", rows), { task: "regression", seed, l2: 0 });
        const { prediction } = createPredictor(artifact).predict({ x: 5.25, z: 100 });
        const law = base + perX * 5.25 + perZ * 100;
        expect(prediction).to.be.closeTo(law, 1e-6 * Math.max(1, Math.abs(law)));
      }),
      { numRuns: 50 },
    );
  });

  it("finds the law behind the sample houses, and predicts within their noise", async () => {
    const { artifact, metrics } = await trainCsv(housesCsv());
    const { features, weights } = artifact as LinearRegression;
    const perUnit = (name: string) => {
      const index = features.findIndex((feature) => feature.name === name);
      const feature = features[index]!;
      return feature.kind === "number" ? weights[index]! / feature.scale : NaN;
    };
    expect(perUnit("area_m2")).to.be.closeTo(housePrice.perSquareMetre, 150);
    expect(perUnit("age_years")).to.be.closeTo(housePrice.perYearOfAge, 120);
    expect(weights[6]! - weights[5]!, "Munich over Leipzig").to.be.closeTo(
      housePrice.city.Munich - housePrice.city.Leipzig,
      10_000,
    );
    expect(metrics["r2"]).to.be.above(0.97);
    expect(metrics["rmse"]).to.be.within(0.8 * housePrice.noise, 1.2 * housePrice.noise);
    expect(metrics).to.include({ training_rows: 400, test_rows: 100 });
  });
});

describe("logistic regression", () => {
  it("predicts the shares of the classes if no feature is informative", () => {
    const { intercepts } = fitLogistic(matrix([[0], [0], [0], [0]]), Int32Array.of(0, 1, 1, 1), 2, {
      l2: 1,
      maxIterations: 500,
    });
    expect(intercepts[1]! - intercepts[0]!).to.be.closeTo(Math.log(3), 1e-5);
  });

  it("reaches the optimum: each class's mean residual vanishes, and x residual equals the penalty's pull", () => {
    const x = matrix(Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]));
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i * 7) % 3);
    const l2 = 0.5;
    const { weights, intercepts } = fitLogistic(x, labels, 3, { l2, maxIterations: 500 });
    const score = (r: number, k: number) =>
      intercepts[k]! + weights[k]![0]! * x.data[2 * r]! + weights[k]![1]! * x.data[2 * r + 1]!;
    for (let k = 0; k < 3; k++) {
      const gradient = [0, 0, 0];
      for (let r = 0; r < 40; r++) {
        const all = [0, 1, 2].map((other) => Math.exp(score(r, other)));
        const residual = all[k]! / (all[0]! + all[1]! + all[2]!) - (labels[r] === k ? 1 : 0);
        [1, x.data[2 * r]!, x.data[2 * r + 1]!].forEach((factor, i) => (gradient[i]! += residual * factor));
      }
      expect(gradient[0]).to.be.closeTo(0, 1e-5);
      expect(gradient[1]! + l2 * weights[k]![0]!).to.be.closeTo(0, 1e-5);
      expect(gradient[2]! + l2 * weights[k]![1]!).to.be.closeTo(0, 1e-5);
    }
  });

  it("separates separable data in any number of classes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 5 }), fc.nat(), async (classes, seed) => {
        const rows = Array.from({ length: 40 * classes }, (_, i) => [
          (i % classes) * 10 + ((i * 13) % 7) / 7,
          `c${i % classes}`,
        ]);
        const { metrics, artifact } = await trainCsv(csvOf("x,kind", rows), { seed });
        expect(metrics["accuracy"]).to.equal(1);
        expect(createPredictor(artifact).predict({ x: 10.5 }).prediction).to.equal("c1");
      }),
      { numRuns: 20 },
    );
  });

  it("gives scikit-learn's weights (1.9.1: LogisticRegression(C=1, tol=1e-12) of iris)", () => {
    const labels = Int32Array.from({ length: 150 }, (_, row) => Math.floor(row / 50));
    const { weights } = fitLogistic(matrix(standardised(irisColumns)), labels, 3, { l2: 1, maxIterations: 1000 });
    const expected = [
      [-1.0740658549623483, 1.1601150177464568, -1.930691939029364, -1.8115561311791792],
      [0.5878100605228025, -0.36184058797663216, -0.363430860639193, -0.8262697551778296],
      [0.486255794439546, -0.7982744297698253, 2.2941227996685565, 2.6378258863570085],
    ];
    expected.forEach((row, k) => row.forEach((weight, i) => expect(weights[k]![i]).to.be.closeTo(weight, 1e-4)));
  });

  it("classifies held-out irises", async () => {
    const { artifact, metrics } = await trainCsv(iris);
    expect(artifact.family).to.equal("logistic-regression");
    expect(metrics["accuracy"]).to.be.at.least(0.9);
    expect(metrics["log_loss"]).to.be.below(0.3);
  });

  it("gives probabilities that add up to 1, also far from the data", async () => {
    const predictor = createPredictor((await trainCsv(iris)).artifact);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 4, maxLength: 4 }),
        ([a, b, c, d]) => {
          const { prediction, probabilities } = predictor.predict({
            sepal_length: a,
            sepal_width: b,
            petal_length: c,
            petal_width: d,
          });
          const shares = Object.values(probabilities!);
          expect(shares.reduce((sum, share) => sum + share, 0)).to.be.closeTo(1, 1e-9);
          expect(probabilities![prediction]).to.equal(Math.max(...shares));
        },
      ),
    );
  });
});

describe("L-BFGS", () => {
  it("finds the minimum of a badly scaled quadratic", () => {
    const scales = [1, 100, 10_000];
    const point = minimize(
      (p, gradient) => {
        scales.forEach((scale, i) => (gradient[i] = scale * (p[i]! - i)));
        return scales.reduce((sum, scale, i) => sum + (scale / 2) * (p[i]! - i) ** 2, 0);
      },
      new Float64Array(3),
      { maxIterations: 100 },
    );
    [...point].forEach((coordinate, i) => expect(coordinate).to.be.closeTo(i, 1e-6));
  });

  it("stops at the limit of iterations", () => {
    let calls = 0;
    minimize(
      (p, gradient) => (calls++, (gradient[0] = Math.exp(p[0]!) - 5), Math.exp(p[0]!) - 5 * p[0]!),
      new Float64Array(1),
      { maxIterations: 1 },
    );
    expect(calls).to.be.below(60).and.above(1);
  });
});

describe("metrics", () => {
  it("r2 and rmse by hand", () => {
    const { r2, rmse } = regressionMetrics([3, -0.5, 2, 7], [2.5, 0, 2, 8]);
    // The example of scikit-learn's documentation of r2_score and mean_squared_error.
    expect(r2).to.be.closeTo(0.9486081370449679, 1e-12);
    expect(rmse).to.be.closeTo(Math.sqrt(0.375), 1e-12);
  });

  it("r2 of a target that does not vary", () => {
    expect(regressionMetrics([2, 2], [2, 2]).r2).to.equal(1);
    expect(regressionMetrics([2, 2], [2, 3]).r2).to.equal(0);
  });

  it("accuracy and log loss by hand", () => {
    const given = (prediction: string, spam: number) => ({ prediction, probabilities: { spam, ham: 1 - spam } });
    const labels = ["spam", "ham", "ham", "spam"];
    const sure = [given("spam", 0.9), given("ham", 0.1), given("ham", 0.2)];
    const right = classificationMetrics(labels, [...sure, given("spam", 0.65)]);
    // The example of scikit-learn's documentation of log_loss.
    expect(right.log_loss).to.be.closeTo(0.21616187468057912, 1e-12);
    expect(right.accuracy).to.equal(1);
    expect(classificationMetrics(labels, [...sure, given("ham", 0.35)]).accuracy).to.equal(0.75);
  });
});

describe("the held-out split", () => {
  it("uses each row once, and the same rows for the same seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 500 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.nat(),
        (rows, share, seed) => {
          const { training, test } = splitRows(rows, share, seed);
          expect([...training, ...test].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: rows }, (_, i) => i));
          expect(training.length).to.be.at.least(2);
          expect(test.length).to.be.at.least(1);
          expect(splitRows(rows, share, seed)).to.deep.equal({ training, test });
        },
      ),
    );
  });

  it("differs between seeds", () => {
    expect(splitRows(100, 0.2, 1).test).not.to.deep.equal(splitRows(100, 0.2, 2).test);
  });
});

describe("a training", () => {
  it("gives the same bytes for the same job, and others for another seed", async () => {
    const bytes = async (parameters: TrainingParameters) =>
      serializeArtifact((await trainCsv(housesCsv(), parameters)).artifact);
    expect(await bytes({})).to.deep.equal(await bytes({}));
    expect(await bytes({ seed: 2 })).not.to.deep.equal(await bytes({}));
  });

  it("predicts the given column, else the one named target, else the last", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => [i * 1.5, i * 2.5, i * 3.5]);
    const targetOf = async (header: string, given?: string) =>
      (await trainCsv(csvOf(header, rows), {}, given)).artifact.target;
    expect(await targetOf("a,b,c")).to.equal("c");
    expect(await targetOf("a,target,c")).to.equal("target");
    expect(await targetOf("a,target,c", "a")).to.equal("a");
  });

  it("treats few whole numbers as classes, and many or fractional ones as amounts", async () => {
    const familyOf = async (value: (i: number) => number, task?: "regression" | "classification") =>
      (
        await trainCsv(
          csvOf(
            "x,y",
            Array.from({ length: 60 }, (_, i) => [i, value(i)]),
          ),
          task ? { task } : {},
        )
      ).artifact.family;
    expect(await familyOf((i) => i % 2)).to.equal("logistic-regression");
    expect(await familyOf((i) => i % 2, "regression")).to.equal("linear-regression");
    expect(await familyOf((i) => (i % 2) / 2)).to.equal("linear-regression");
    expect(await familyOf((i) => i % 25)).to.equal("linear-regression");
  });

  it("replaces a missing number by the mean, and learns that it may be missing", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 10 === 3 ? "" : i % 20, i, i * 2.5]);
    const { artifact } = await trainCsv(csvOf("holes,full,y", rows));
    const { input } = createPredictor(artifact);
    expect(input.safeParse({ full: 1 }).success).to.equal(true);
    expect(input.safeParse({ holes: 1 }).success).to.equal(false);
  });

  it("keeps the fifty most frequent categories of a column and accepts others", async () => {
    const few = Array.from({ length: 400 }, (_, i) => [`w${i % 8}`, i * 0.5]);
    const [feature] = (await trainCsv(csvOf("word,y", few))).artifact.features;
    expect(feature).to.include({ kind: "category", open: false });
    const many = Array.from({ length: 400 }, (_, i) => [`w${i % 90}`, i * 0.5]);
    const [other] = (await trainCsv(csvOf("word,y", many))).artifact.features;
    expect(other).to.include({ kind: "category", open: true }).and.have.property("categories").with.lengthOf(50);
  });
});
