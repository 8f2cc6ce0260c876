import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { deadLetter } from "@platform/kit/dead-letters.ts";
import { trainingEvent, type TrainingEvent, type AttemptCancellation } from "@chatdb/contracts/jobs.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { createLogger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { Checkpoints } from "@chatdb/ml-engine/checkpoints.ts";
import { housesCsv } from "@chatdb/sample-data/datasets.ts";
import { eventually } from "../../support/eventually.ts";
import { startTrainingStack, type TrainingStack } from "../support/training-stack.ts";

describe("an engine", function () {
  this.timeout(60_000);
  let stack: TrainingStack;
  let engine: FastifyInstance;
  let events: TrainingEvent[];
  before(async () => {
    stack = await startTrainingStack();
    await stack.upload("houses.csv", housesCsv());
    await stack.bus.subscribe({
      group: "events",
      topics: [topics.trainingEvents],
      handle: ({ value }) => Promise.resolve(void events.push(trainingEvent.parse(value))),
    });
  });
  beforeEach(() => (events = []));
  afterEach(async () => {
    Object.assign(stack.faults, { registryAway: false, registrationsUnanswered: false });
    await engine.close();
  });
  after(() => stack.close());

  const newJob = (more = {}) => ({
    job_id: randomUUID(),
    attempt: 1,
    model_name: `model-${randomUUID()}`,
    dataset_location: "s3://datasets/houses.csv",
    parameters: {},
    ...more,
  });
  const send = (job: { job_id: string }) => stack.bus.publish(topics.trainingJobs, [{ key: job.job_id, value: job }]);
  const stop = (job_id: string, up_to_attempt: number, reason: AttemptCancellation["reason"] = "cancelled") =>
    stack.bus.publish(topics.trainingControl, [
      {
        key: job_id,
        value: { job_id, up_to_attempt, reason, at: new Date().toISOString() } satisfies AttemptCancellation,
      },
    ]);
  /** Of an attempt, once it has ended. */
  const eventsOf = ({ job_id, attempt }: { job_id: string; attempt: number }) =>
    eventually(() => {
      const own = events.filter((event) => event.job_id === job_id && event.attempt === attempt);
      expect(own.at(-1)?.kind).to.be.oneOf(["succeeded", "failed", "stopped"]);
      return own;
    }, 30_000);
  const kindsOf = (own: readonly TrainingEvent[]) =>
    own.map(({ kind }) => kind).filter((kind) => kind !== "progress" && kind !== "log");
  const checkpoints = () =>
    new Checkpoints({ objects: stack.objects, bucket: "checkpoints", log: createLogger("test", "silent") });

  /** A store whose datasets begin and never end. */
  const stalling = () => {
    const stalled = new PassThrough();
    stalled.write("a,b\n1,2\n");
    const get: ObjectStore["get"] = (bucket, key) =>
      bucket === "datasets" ? Promise.resolve(stalled) : stack.objects.get(bucket, key);
    return { stalled, objects: { ...stack.objects, get } };
  };

  it("publishes the events of an attempt in order", async () => {
    engine = await stack.startEngine();
    const job = newJob({ attempt: 3 });
    await send(job);
    const own = await eventsOf(job);
    expect(own[0]!.kind).to.equal("started");
    expect(own.at(-1)).to.deep.include({ kind: "succeeded", model: { name: job.model_name, version: 1 } });
    const progress = own.filter((event) => event.kind === "progress");
    expect(progress[0]!.step).to.match(/^reading the dataset: \d+\.\d of \d+\.\d kB$/);
    expect(progress.map(({ share }) => share)).to.deep.equal(progress.map(({ share }) => share).sort());
    expect(own.flatMap((event) => (event.kind === "log" ? [event.text] : []))).to.include(
      "Read 500 rows of 5 columns.",
    );
    const [version] = await stack.versionsOf(job.model_name);
    expect(version!.lineage?.code_version).to.match(/^\d+\.\d+\.\d+$/);
    await eventually(async () => expect(await stack.objects.list("checkpoints")).to.deep.equal([]));
  });

  it("trains the same model from CSV and JSON lines, from the store and the web", async () => {
    const lines = housesCsv(100)
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    const objects = lines
      .slice(1)
      .map((cells) =>
        JSON.stringify(
          Object.fromEntries(cells.map((cell, n) => [lines[0]![n], /^[\d.-]+$/.test(cell) ? Number(cell) : cell])),
        ),
      );
    const [csv, json] = [lines.map((cells) => cells.join(",")).join("\n"), objects.join("\n")];
    await stack.upload("few.csv", csv);
    await stack.upload("few.jsonl", json);
    const server = createServer((_request, response) =>
      response.writeHead(200, { "content-type": "application/jsonl" }).end(json),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/few`;
    try {
      engine = await stack.startEngine({ webDatasets: { ranges: ["127.0.0.0/8"] } });
      const trained: string[] = [];
      for (const dataset_location of ["s3://datasets/few.csv", "s3://datasets/few.jsonl", url]) {
        const job = newJob({ dataset_location });
        await send(job);
        expect((await eventsOf(job)).at(-1), dataset_location).to.deep.include({ kind: "succeeded" });
        const [version] = await stack.versionsOf(job.model_name);
        expect(version!.evaluation).to.have.property("importance");
        trained.push(version!.sha256);
      }
      expect(new Set(trained)).to.have.length(1);
      await engine.close();
      engine = await stack.startEngine();
      const job = newJob({ dataset_location: url });
      await send(job);
      expect((await eventsOf(job)).at(-1)).to.deep.include({ kind: "failed", transient: false });
    } finally {
      server.close();
    }
  });

  it("ends a cancelled attempt at once", async () => {
    const { stalled, objects } = stalling();
    engine = await stack.startEngine({ objects });
    const job = newJob();
    await send(job);
    await eventually(() => expect(stalled.listenerCount("data")).to.be.above(0));
    await stop(job.job_id, 1, "timed out");
    const own = await eventsOf(job);
    expect(kindsOf(own)).to.deep.equal(["started", "stopped"]);
    expect(own.at(-1)).to.deep.include({ reason: "timed out" });
    expect(stalled.destroyed).to.equal(true);
    await eventually(async () => expect(await stack.objects.list("checkpoints")).to.deep.equal([]));
  });

  it("skips attempts that were cancelled before they arrived or before it started, and no later ones", async () => {
    const job = newJob({ attempt: 2 });
    await stop(job.job_id, 2);
    engine = await stack.startEngine();
    // The bus hands what is older to a new group as it is made: the stop is there.
    await send(job);
    expect(kindsOf(await eventsOf(job))).to.deep.equal(["stopped"]);
    const later = { ...job, attempt: 3 };
    await send(later);
    expect(kindsOf(await eventsOf(later))).to.deep.equal(["started", "succeeded"]);
  });

  it("publishes success for a cancelled job that has its version", async () => {
    engine = await stack.startEngine();
    const job = newJob();
    await send(job);
    await eventsOf(job);
    await stop(job.job_id, 1);
    events = [];
    await send(job);
    expect(kindsOf(await eventsOf(job))).to.deep.equal(["succeeded"]);
  });

  it("keeps a version that was registered as the cancellation arrived", async () => {
    stack.faults.registrationsUnanswered = true;
    engine = await stack.startEngine();
    const job = newJob();
    await send(job);
    await eventually(async () => expect(await stack.versionsOf(job.model_name)).to.have.length(1));
    await stop(job.job_id, 1);
    expect((await eventsOf(job)).at(-1)).to.deep.include({
      kind: "succeeded",
      model: { name: job.model_name, version: 1 },
    });
  });

  it("reports transient failures: an unavailable registry, a broken stream", async () => {
    const breaking = () => {
      const broken = new PassThrough();
      broken.write(housesCsv().slice(0, 500));
      setImmediate(() => broken.destroy(new Error("connection reset")));
      return Promise.resolve(broken);
    };
    engine = await stack.startEngine({
      objects: {
        ...stack.objects,
        get: (bucket, key) => (key === "broken.csv" ? breaking() : stack.objects.get(bucket, key)),
      },
    });
    await stack.upload("broken.csv", "a,b\n");
    const [one, other] = [newJob(), newJob({ dataset_location: "s3://datasets/broken.csv" })];
    await send(other);
    expect((await eventsOf(other)).at(-1)).to.deep.include({
      kind: "failed",
      transient: true,
      error: "connection reset",
    });
    stack.faults.registryAway = true;
    await send(one);
    const own = await eventsOf(one);
    expect(kindsOf(own)).to.deep.equal(["failed"]);
    expect(own.at(-1)).to.deep.include({ transient: true });
    stack.faults.registryAway = false;
    const next = { ...one, attempt: 2 };
    await send(next);
    expect(kindsOf(await eventsOf(next))).to.deep.equal(["started", "succeeded"]);
  });

  it("fails an attempt that five engines in a row did not survive", async () => {
    const job = newJob();
    for (let n = 1; n <= 5; n++)
      expect((await checkpoints().start(job, new AbortController().signal)).starts).to.equal(n);
    engine = await stack.startEngine();
    await send(job);
    const last = (await eventsOf(job)).at(-1)!;
    expect(last).to.deep.include({ kind: "failed", transient: false });
    expect(last).to.have.property("error").that.includes("5 engines in a row ended");
    await eventually(async () => expect(await stack.objects.list("checkpoints")).to.deep.equal([]));
  });

  it("does not count a start that ends by an orderly shutdown", async () => {
    const { stalled, objects } = stalling();
    engine = await stack.startEngine({ objects });
    const job = newJob();
    await send(job);
    await eventually(() => expect(stalled.listenerCount("data")).to.be.above(0));
    await engine.close();
    await eventually(async () =>
      expect(await text((await stack.objects.get("checkpoints", `${job.job_id}/1`))!)).to.include('"starts":0'),
    );
    engine = await stack.startEngine();
    expect(kindsOf(await eventsOf(job))).to.deep.equal(["started", "started", "succeeded"]);
  });

  it("moves messages that are not jobs to the dead letters", async () => {
    const letters: unknown[] = [];
    await stack.bus.subscribe({
      group: randomUUID(),
      topics: [topics.trainingDeadLetters],
      handle: ({ value }) => Promise.resolve(void letters.push(value)),
    });
    engine = await stack.startEngine();
    const job = { job_id: randomUUID(), attempt: 4, model_name: "Not A Name" };
    await send(job);
    const [last] = await eventsOf(job);
    expect(last)
      .to.deep.include({ kind: "failed", transient: false })
      .and.have.property("error")
      .that.includes("model_name");
    await stack.bus.publish(topics.trainingJobs, [{ key: "what", value: "nothing" }]);
    await eventually(() => expect(letters).to.have.length(2));
    const [first, second] = letters.map((letter) => deadLetter.parse(letter));
    expect(first).to.deep.include({ from: topics.trainingJobs, key: job.job_id, value: job });
    expect(second).to.deep.include({ from: topics.trainingJobs, key: "what", value: "nothing" });
  });
});
