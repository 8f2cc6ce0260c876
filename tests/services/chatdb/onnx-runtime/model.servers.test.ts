import { expect } from "chai";
import fc from "fast-check";
import { toOnnx } from "@chatdb/ml-model/onnx/export.ts";
import { createPredictor } from "@chatdb/ml-model/predictor.ts";
import type { ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { loadOnnx, tryOnnx, type OnnxModel } from "@chatdb/onnx-runtime/model.ts";
import { InvalidOnnxFile, type Names } from "@chatdb/onnx-runtime/signature.ts";
import { OnnxFailure, OnnxTimeout, type OnnxLimits } from "@chatdb/onnx-runtime/thread.ts";
import { expectedOf, named, onnxFile, slow, times, wide } from "../support/onnx-files.ts";

describe("models of ONNX files", function () {
  this.timeout(60_000);
  const open: OnnxModel[] = [];
  const load = async (file: Uint8Array, names: Names = {}, limits: OnnxLimits = {}) => {
    const model = await loadOnnx(file, names, { loadMs: 60_000, runMs: 60_000, ...limits });
    open.push(model);
    return model;
  };
  const failureOf = (running: Promise<unknown>) =>
    running.then(
      () => expect.fail("should fail"),
      (error: unknown) => error as Error,
    );
  afterEach(() => open.splice(0).forEach((model) => model.close()));

  const classes = ["setosa", "versicolor", "virginica"];
  for (const [name, { rows, predictions, probabilities }] of Object.entries(expectedOf).filter(
    ([name]) => name !== "iris-maps",
  )) {
    it(`predict like the library that made them: ${name}`, async () => {
      const names = name === "iris-neighbours" ? { classes } : {};
      const { features } = await tryOnnx(onnxFile(name), names);
      const model = await load(onnxFile(name), names);
      const predicted = await model.predict(rows.map((row) => named(features, row)));
      predicted.forEach((each, row) => {
        if (!probabilities) return expect(each.prediction).to.be.closeTo(predictions[row] as number, 1e-3);
        expect(each.prediction).to.equal(predictions[row]);
        Object.values(each.probabilities!).forEach((share, k) =>
          expect(share).to.be.closeTo(probabilities[row]![k]!, 1e-5),
        );
      });
      expect(await model.predict([named(features, rows[0]!)])).to.deep.equal(predicted.slice(0, 1));
    });
  }

  const features: ModelArtifact["features"] = [
    { kind: "number", name: "width", mean: 3, scale: 2, required: false },
    { kind: "category", name: "colour", categories: ["red", "blue"], open: true, required: false },
  ];
  const table = { format: "chatdb-model/1" as const, target: "y", features: features as never };
  const ours: ModelArtifact[] = [
    { family: "linear-regression", ...table, intercept: 1, weights: [2, 3, -1] },
    {
      family: "logistic-regression",
      ...table,
      classes: ["a", "b", "c"],
      intercepts: [0, 0.5, 1],
      weights: [
        [1, 2, 3],
        [-1, 0, 1],
        [0, 1, -2],
      ],
    },
    {
      family: "boosted-trees",
      ...table,
      classes: ["no", "yes"],
      intercepts: [0.3],
      trees: [
        {
          features: [0, 0, 0],
          thresholds: [3.5, 0, 0],
          missing_left: [1, 0, 0],
          rights: [2, 0, 0],
          values: [0, -1, 2],
          sets: [],
        },
      ],
    },
  ];
  for (const artifact of ours) {
    it(`predict like the artifact that was exported: ${artifact.family}`, async () => {
      const { predict, input } = createPredictor(artifact);
      const model = await load(toOnnx(artifact));
      const rows = [{ width: 5, colour: "red" }, { width: -1, colour: "green" }, { colour: "blue" }, {}];
      const theirs = await model.predict(rows);
      rows
        .map((row) => predict(input.parse(row)))
        .forEach((each, row) => {
          if (typeof each.prediction === "number")
            return expect(theirs[row]!.prediction).to.be.closeTo(each.prediction, 1e-5);
          expect(theirs[row]!.prediction).to.equal(each.prediction);
          for (const [name, share] of Object.entries(each.probabilities!))
            expect(theirs[row]!.probabilities![name]).to.be.closeTo(share, 1e-5);
        });
    });
  }

  it("answer concurrent runs separately", async () => {
    const model = await load(times(3));
    const answers = await Promise.all(Array.from({ length: 200 }, (_, x) => model.predict([{ x }, { x: x + 1 }])));
    answers.forEach((answer, x) =>
      expect(answer.map(({ prediction }) => prediction)).to.deep.equal([3 * x, 3 * x + 3]),
    );
  });

  it("end on a timeout, and start again", async () => {
    const model = await load(slow(400), {}, { runMs: 200 });
    const failures = await Promise.all([1, 2].map(() => failureOf(model.predict([{ x: 1 }]))));
    for (const failure of failures)
      expect(failure).to.be.instanceOf(OnnxTimeout).with.property("message", "did not answer within 200 ms");
    expect(await failureOf(model.predict([{ x: 1 }])), "the next one").to.be.instanceOf(OnnxTimeout);
    expect(await failureOf(tryOnnx(slow(400), {}, { runMs: 200, loadMs: 60_000 })), "the trial").to.be.instanceOf(
      OnnxTimeout,
    );
    expect(await failureOf(loadOnnx(times(1), {}, { loadMs: 1 })))
      .to.be.instanceOf(OnnxTimeout)
      .with.property("message", "did not load within 1 ms");
  });

  it("end out of memory, and start again", async () => {
    const model = await load(wide(50_000_000), {}, { memoryMib: 64 });
    for (let again = 0; again < 2; again++) {
      const failure = await failureOf(model.predict([{ x: 1 }]));
      expect(failure)
        .to.be.instanceOf(OnnxFailure)
        .with.property("message", "it needs more than the 64 MiB of memory that a model may use");
    }
    expect(await (await load(wide(50_000), {}, { memoryMib: 64 })).predict([{ x: 1 }])).to.deep.equal([
      { prediction: 2 },
    ]);
  });

  it("answer running and late predictions after they are closed", async () => {
    const model = await load(times(2));
    const underWay = model.predict([{ x: 4 }]);
    model.close();
    expect(await underWay).to.deep.equal([{ prediction: 8 }]);
    expect(await model.predict([{ x: 5 }])).to.deep.equal([{ prediction: 10 }]);
  });

  it("are rejected if the bytes are incomplete or not a file", async () => {
    const refusal = async (bytes: Uint8Array) =>
      void expect(await failureOf(tryOnnx(bytes, {}))).to.be.instanceOf(InvalidOnnxFile);
    const whole = onnxFile("diabetes-linear");
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), refusal), { numRuns: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 20 }), (end) => refusal(whole.subarray(0, end))),
      { numRuns: 4 },
    );
    await refusal(Buffer.from("PK\u0003\u0004 a zip file, as PyTorch writes"));
  });

  it("are rejected if a tensor claims more numbers than there are", async () => {
    const file = onnxFile("diabetes-linear");
    // The one tensor with the dimensions [10, 1]: field 1, twice.
    const at = file.indexOf(Buffer.from([0x08, 10, 0x08, 1]));
    expect(at).to.be.above(0);
    const huge = Buffer.from(file);
    huge[at + 1] = 127;
    expect(await failureOf(tryOnnx(huge, {})))
      .to.be.instanceOf(InvalidOnnxFile)
      .with.property("message")
      .that.contains("ONNX Runtime 1.30.0 cannot load it");
  });
});
