import { Readable } from "node:stream";
import { expect } from "chai";
import { family } from "@chatdb/contracts/training-parameters.ts";
import { trainInWorker, type TrainingTask } from "@chatdb/ml-engine/training/trainer.ts";
import { mulberry32 } from "@chatdb/ml-engine/training/seeded-random.ts";

const random = mulberry32(3);
const words = "sun rain snow wind storm fog hail heat frost cloud".split(" ");
const textOf = (from: readonly string[]) =>
  Array.from({ length: 6 }, () => from[Math.floor(random() * from.length)]!).join(" ");
const rows = Array.from({ length: 300 }, (_, n) => {
  const [x, y] = [random(), random()];
  const half = n % 2 === 0 ? words.slice(0, 6) : words.slice(4);
  return {
    x,
    y,
    city: words[n % 4]!,
    text: textOf(half),
    kind: n % 2 === 0 ? "warm" : "cold",
    price: 3 * x - y + random() / 5,
  };
});
const csv = (columns: (keyof (typeof rows)[number])[]) =>
  [columns.join(","), ...rows.map((row) => columns.map((column) => row[column]).join(","))].join("\n");

const datasets = {
  "linear-regression": csv(["x", "y", "city", "price"]),
  "logistic-regression": csv(["x", "y", "city", "kind"]),
  "boosted-trees": csv(["x", "y", "city", "price"]),
  "k-nearest-neighbours": csv(["x", "y", "city", "kind"]),
  "text-classification": csv(["text", "kind"]),
};

describe("the same job", function () {
  this.timeout(60_000);
  for (const each of family.options) {
    it(`gives the same bytes each time: ${each}`, async () => {
      const task: TrainingTask = {
        format: "csv",
        parameters: { family: each, seed: 5 },
        dbConnectorUrl: "http://127.0.0.1:1",
        codeVersion: "1",
        maxValues: Infinity,
        checkpointMs: 5000,
      };
      const train = async (seed = 5) => {
        const listener = { progress: () => undefined, log: () => undefined, checkpoint: () => undefined };
        // Cut elsewhere each time, as networks do.
        const chunks = datasets[each]
          .match(new RegExp(`.{1,${100 + Math.floor(random() * 400)}}`, "gs"))!
          .map((text) => Buffer.from(text));
        const { artifact, metrics, evaluation } = await trainInWorker(
          Readable.from(chunks),
          { ...task, parameters: { ...task.parameters, seed } },
          listener,
          { memoryPerJobMib: 128 },
        );
        return { artifact: Buffer.from(artifact).toString(), metrics, evaluation };
      };
      const [one, other, otherSeed] = [await train(), await train(), await train(6)];
      expect(one).to.deep.equal(other);
      expect(one.evaluation).to.have.property("importance");
      expect(otherSeed.artifact).to.not.equal(one.artifact);
    });
  }
});
