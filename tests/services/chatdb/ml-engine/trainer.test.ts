import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import { build } from "esbuild";
import { JobError } from "@chatdb/ml-engine/training/job-error.ts";
import { trainInWorker, type TrainingListener, type TrainingTask } from "@chatdb/ml-engine/training/trainer.ts";
import { housesCsv } from "@chatdb/sample-data/datasets.ts";

const streamOf = (text: string) => Readable.from([Buffer.from(text)]);
const task: TrainingTask = {
  format: "csv",
  parameters: {},
  dbConnectorUrl: "http://127.0.0.1:1",
  codeVersion: "1",
  maxValues: Infinity,
  checkpointMs: 5000,
};
const unheard: TrainingListener = { progress: () => undefined, log: () => undefined, checkpoint: () => undefined };

describe("a training in its worker thread", () => {
  it("gives the same bytes each time", async () => {
    const run = async () =>
      Buffer.from((await trainInWorker(streamOf(housesCsv()), task, unheard, { memoryPerJobMib: 128 })).artifact);
    expect(await run()).to.deep.equal(await run());
  });

  it("works the same if engine and worker are bundled", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bundle-"));
    const source = new URL("../../../../services/chatdb/ml-engine/training/", import.meta.url);
    const entryPoints = ["trainer.ts", "train-worker.ts"].map((file) => fileURLToPath(new URL(file, source)));
    await build({ entryPoints, outdir: folder, bundle: true, platform: "node", format: "esm" });
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    const bundled = (await import(pathToFileURL(join(folder, "trainer.js")).href)) as {
      trainInWorker: typeof trainInWorker;
    };
    const [one, other] = await Promise.all(
      [trainInWorker, bundled.trainInWorker].map((run) =>
        run(streamOf(housesCsv()), task, unheard, { memoryPerJobMib: 128 }),
      ),
    );
    expect(Buffer.from(one!.artifact)).to.deep.equal(Buffer.from(other!.artifact));
    await rm(folder, { recursive: true });
  });

  it("does not block the event loop", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${i % 3}`);
    const csv = ["a,b,kind", ...rows].join("\n");
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const started = process.cpuUsage();
    await trainInWorker(streamOf(csv), task, unheard, { memoryPerJobMib: 256 });
    clearInterval(timer);
    const seconds = (process.cpuUsage(started).user + process.cpuUsage(started).system) / 1e6;
    expect(ticks, `ticks in ${seconds} s of work`).to.be.above(seconds * 50);
  });

  it("fails with a reason if the dataset exceeds its memory limit", async () => {
    const endless = Readable.from(
      (function* () {
        yield "a,b\n";
        for (let i = 0; ; i++) yield Array.from({ length: 1000 }, (_, j) => `word-${i}-${j},1\n`).join("");
      })(),
    );
    const error: unknown = await trainInWorker(endless, task, unheard, { memoryPerJobMib: 24 }).catch(
      (error: unknown) => error,
    );
    expect(error)
      .to.be.instanceOf(JobError)
      .with.property("message", "The dataset needs more than the 24 MiB that a training may use.");
    expect(endless.destroyed).to.equal(true);
  });

  it("ends when it is cancelled, in any phase", async () => {
    const stop = new AbortController();
    const stalled = new PassThrough();
    stalled.write("a,b\n1,2\n");
    const training = trainInWorker(stalled, task, unheard, { memoryPerJobMib: 64, signal: stop.signal });
    const reason = new Error("enough");
    setImmediate(() => stop.abort(reason));
    expect(await training.catch((error: unknown) => error)).to.equal(reason);
    expect(stalled.destroyed).to.equal(true);
  });
});
