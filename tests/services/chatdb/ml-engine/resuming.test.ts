import { expect } from "chai";
import { family } from "@chatdb/contracts/training-parameters.ts";
import type { Column } from "@chatdb/ml-engine/training/column.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";
import { train, type TrainedModel } from "@chatdb/ml-engine/training/train.ts";
import { unwatched, type Watch } from "@chatdb/ml-engine/training/watch.ts";
import { serializeArtifact } from "@chatdb/ml-model/artifact.ts";

const random = mulberry32(7);
const words = Array.from({ length: 60 }, (_, n) => `word${n}`);
const rows = Array.from({ length: 600 }, (_, n) => {
  const kind = n % 3;
  const [x, y] = [random() + kind / 4, random() - kind / 5];
  const text = Array.from(
    { length: 6 },
    () => words[Math.floor(random() * (random() < 0.3 ? 20 * (kind + 1) : 60))]!,
  ).join(" ");
  return { x, y, z: random() < 0.1 ? NaN : x * y, text, kind: `kind${kind}`, price: 3 * x - y + random() / 5 };
});
const numbers = (name: "x" | "y" | "z" | "price"): Column => ({
  kind: "number",
  name,
  values: Float64Array.from(rows, (row) => row[name]),
  missing: rows.filter((row) => Number.isNaN(row[name])).length,
});
const texts = (name: "text" | "kind"): Column => ({
  kind: "category",
  name,
  values: rows.map((row) => row[name]),
  missing: 0,
});
const features = [numbers("x"), numbers("y"), numbers("z")];

const columnsFor = {
  "linear-regression": [...features, numbers("price")],
  "logistic-regression": [...features, texts("kind")],
  "boosted-trees": [...features, texts("kind")],
  "k-nearest-neighbours": [...features, texts("kind")],
  "text-classification": [texts("text"), texts("kind")],
};
const trained = (each: keyof typeof columnsFor, watch: Watch): TrainedModel =>
  train(
    { columns: columnsFor[each], rowNumbers: rows.map((_, row) => row), sha256: "" },
    undefined,
    { family: each, ...(each === "boosted-trees" && { trees: 30 }) },
    watch,
  );

describe("an interrupted training", () => {
  for (const each of ["logistic-regression", "text-classification"] as const) {
    it(`resumes from any checkpoint with the same bytes: ${each}`, () => {
      const states: Uint8Array[] = [];
      const whole = trained(each, { ...unwatched, checkpoint: (state) => void states.push(state()) });
      // More than what the optimiser looks back on.
      expect(states).to.have.length.above(14);
      for (const state of [states[0]!, states[5]!, states[13]!, states.at(-1)!]) {
        const log: string[] = [];
        // As an object store gives it back: behind a line of text, at any byte.
        const resumeFrom = Buffer.concat([Buffer.from("a"), state]).subarray(1);
        const later: Uint8Array[] = [];
        const resumed = trained(each, {
          ...unwatched,
          log: (text) => void log.push(text),
          checkpoint: (next) => void later.push(next()),
          resumeFrom,
        });
        expect(log.join()).to.match(/resumes after \d+/);
        expect(later.length, "states that are left").to.be.at.most(states.length - states.indexOf(state));
        expect(serializeArtifact(resumed.artifact).equals(serializeArtifact(whole.artifact))).to.equal(true);
        expect(resumed.metrics).to.deep.equal(whole.metrics);
        expect(resumed.evaluation).to.deep.equal(whole.evaluation);
      }
    });

    it(`starts from the beginning and logs it if the checkpoint cannot be read: ${each}`, () => {
      const whole = trained(each, unwatched);
      for (const resumeFrom of [Buffer.alloc(3), Buffer.alloc(8), Buffer.alloc(24)]) {
        const log: string[] = [];
        const anew = trained(each, { ...unwatched, log: (text) => void log.push(text), resumeFrom });
        expect(log).to.include("Starts from the beginning: the state that an earlier start saved cannot be read.");
        expect(serializeArtifact(anew.artifact).equals(serializeArtifact(whole.artifact))).to.equal(true);
      }
    });
  }
});

describe("the progress of a training", () => {
  for (const each of family.options) {
    it(`never decreases, and covers fitting and evaluation: ${each}`, () => {
      const told: { share: number; step: string }[] = [];
      trained(each, { ...unwatched, progress: (share, step) => void told.push({ share, step }) });
      const shares = told.map(({ share }) => share);
      expect(shares).to.deep.equal(shares.toSorted((a, b) => a - b));
      expect(shares[0]).to.be.at.least(0);
      expect(shares.at(-1)).to.be.within(0.9, 1);
      expect(told.map(({ step }) => step)).to.include("predicting held-out rows: 0 of 120");
    });
  }
});
