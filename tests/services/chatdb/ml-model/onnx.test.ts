import { expect } from "chai";
import type { Dataset } from "@chatdb/ml-engine/training/dataset.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import { train } from "@chatdb/ml-engine/training/train.ts";
import type { Family } from "@chatdb/contracts/training-parameters.ts";
import type { ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { NotExportableToOnnx, toOnnx } from "@chatdb/ml-model/onnx/export.ts";
import { createPredictor } from "@chatdb/ml-model/predictor.ts";
import { InferenceSession, Tensor } from "onnxruntime-web";

const colours = ["red", "grün", "blue", "black"];
const rows = 600;

type Row = { a: number | undefined; b: number | undefined; colour: string | undefined; size: string | undefined };

/** Two numbers and two words, each of which may be missing. */
const random = mulberry32(5);
const maybe = <T>(value: T) => (random() < 0.15 ? undefined : value);
const samples: Row[] = Array.from({ length: rows }, () => ({
  a: maybe(random() * 10),
  b: maybe(2000 + random() * 30),
  colour: maybe(colours[Math.floor(random() * colours.length)]!),
  size: maybe(["small", "large"][Math.floor(random() * 2)]!),
}));

const scoreOf = ({ a, colour, size }: Row) =>
  3 * (a ?? 5) + (colour === "red" ? 5 : 0) - (size === "large" ? 4 : 0) + (colour === undefined ? 9 : 0);
const targets = {
  number: (row: Row) => scoreOf(row) + random(),
  two: (row: Row) => (scoreOf(row) > 15 ? "high" : "low"),
  three: (row: Row) => (scoreOf(row) > 20 ? "high" : scoreOf(row) > 12 ? "middle" : "low"),
};

function datasetOf(kind: keyof typeof targets): Dataset {
  const numbers = (name: "a" | "b") => ({
    kind: "number" as const,
    name,
    values: Float64Array.from(samples, (row) => row[name] ?? NaN),
    missing: samples.filter((row) => row[name] === undefined).length,
  });
  const words = (name: "colour" | "size") => ({
    kind: "category" as const,
    name,
    values: samples.map((row) => row[name]),
    missing: samples.filter((row) => row[name] === undefined).length,
  });
  const values = samples.map((row) => targets[kind](row));
  const target =
    kind === "number"
      ? { kind: "number" as const, values: Float64Array.from(values, Number) }
      : { kind: "category" as const, values: values.map(String) };
  return {
    columns: [numbers("a"), words("colour"), numbers("b"), words("size"), { ...target, name: "y", missing: 0 }],
    rowNumbers: samples.map((_, index) => index + 2),
    sha256: "0".repeat(64),
  };
}

/** Of what was learned from, and a word that was not there. */
const asked: Row[] = [
  ...samples,
  { a: 1, b: 2010, colour: "violet", size: "small" },
  { a: undefined, b: undefined, colour: undefined, size: undefined },
];

/** What the file predicts for them, by ONNX Runtime. */
async function runOnnx(bytes: Uint8Array): Promise<InferenceSession.OnnxValueMapType> {
  const session = await InferenceSession.create(bytes);
  const shape = [asked.length, 1];
  const feeds: Record<string, Tensor> = {
    a: new Tensor(
      "float64",
      Float64Array.from(asked, ({ a }) => a ?? NaN),
      shape,
    ),
    b: new Tensor(
      "float64",
      Float64Array.from(asked, ({ b }) => b ?? NaN),
      shape,
    ),
    colour: new Tensor(
      "string",
      asked.map(({ colour }) => colour ?? ""),
      shape,
    ),
    size: new Tensor(
      "string",
      asked.map(({ size }) => size ?? ""),
      shape,
    ),
  };
  expect([...session.inputNames].sort()).to.deep.equal(["a", "b", "colour", "size"]);
  return session.run(feeds);
}

const dataOf = <T>(value: unknown) => Array.from((value as { data: ArrayLike<T> }).data);

describe("models as ONNX files", function () {
  this.timeout(30_000);

  const cases: [Family, keyof typeof targets][] = [
    ["linear-regression", "number"],
    ["logistic-regression", "two"],
    ["logistic-regression", "three"],
    ["boosted-trees", "number"],
    ["boosted-trees", "two"],
    ["boosted-trees", "three"],
  ];
  for (const [family, kind] of cases) {
    it(`predict the same in ONNX Runtime: ${family}, ${kind}`, async () => {
      const { artifact } = train(datasetOf(kind), "y", { family, ...(family === "boosted-trees" && { trees: 30 }) });
      const { predict } = createPredictor(artifact);
      const ours = asked.map((row) => predict(row));
      const theirs = await runOnnx(toOnnx(artifact));
      if (kind === "number") {
        const predictions = dataOf<number>(theirs["prediction"]);
        ours.forEach(({ prediction }, row) => expect(predictions[row]).to.be.closeTo(prediction as number, 1e-5));
        return;
      }
      const { classes } = artifact as Extract<ModelArtifact, { classes: string[] }>;
      const probabilities = dataOf<number>(theirs["probabilities"]);
      ours.forEach((each, row) =>
        classes.forEach((name, k) =>
          expect(probabilities[row * classes.length + k]).to.be.closeTo(each.probabilities![name]!, 1e-5),
        ),
      );
      expect(dataOf<string>(theirs["prediction"])).to.deep.equal(ours.map(({ prediction }) => prediction));
    });
  }

  for (const family of ["k-nearest-neighbours", "text-classification"] as const) {
    it(`are not available for ${family}, with a reason`, () => {
      const dataset = datasetOf("two");
      const texts = {
        ...dataset,
        columns: [
          {
            kind: "category" as const,
            name: "text",
            values: samples.map(({ colour }, n) => `${colour ?? "no colour"} number ${n % 7}`),
            missing: 0,
          },
          dataset.columns[4]!,
        ],
      };
      const { artifact } = train(family === "text-classification" ? texts : dataset, "y", { family });
      expect(() => toOnnx(artifact)).to.throw(
        NotExportableToOnnx,
        `A model of the family ${family} cannot be exported to ONNX: `,
      );
    });
  }
});
