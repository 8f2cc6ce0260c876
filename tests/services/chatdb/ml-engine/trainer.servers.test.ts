import { Readable } from "node:stream";
import { expect } from "chai";
import { trainInWorker, type TrainingListener, type TrainingTask } from "@chatdb/ml-engine/training/trainer.ts";

const task: TrainingTask = {
  format: "csv",
  parameters: {},
  dbConnectorUrl: "http://127.0.0.1:1",
  codeVersion: "1",
  maxValues: Infinity,
  checkpointMs: 5000,
};
const unheard: TrainingListener = { progress: () => undefined, log: () => undefined, checkpoint: () => undefined };

describe("a training in its worker thread, of a large dataset", () => {
  it("reads a stream of 200 MB within 32 MiB, since it keeps only columns", async () => {
    const padding = Array.from({ length: 10 }, (_, n) => `word-${n}-`.padEnd(1000, "x"));
    const rows = 200_000;
    let most = 0;
    const long = Readable.from(
      (function* () {
        yield Buffer.from("a,b,c\n");
        for (let row = 0; row < rows; row += 50) {
          most = Math.max(most, process.memoryUsage().arrayBuffers);
          yield Buffer.from(
            Array.from(
              { length: 50 },
              (_, n) => `${(row + n) % 1000},${padding[n % 10]},${((row + n) % 1000) * 2 + (n % 10)}\n`,
            ).join(""),
          );
        }
      })(),
    );
    const before = process.memoryUsage().arrayBuffers;
    const { metrics } = await trainInWorker(long, task, unheard, { memoryPerJobMib: 32 });
    expect(metrics["training_rows"]! + metrics["test_rows"]!).to.equal(rows);
    // Among them what was handed over, until the garbage collector comes by; without back-pressure it would be all of
    // the 200 MB.
    expect(most - before, "bytes that wait for the thread, or for the collector").to.be.below(100 * 2 ** 20);
  });
});
