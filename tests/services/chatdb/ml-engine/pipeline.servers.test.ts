import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { topics } from "@chatdb/contracts/topics.ts";
import type { TrainingEvent } from "@chatdb/contracts/jobs.ts";
import { housePrice, housesCsv } from "@chatdb/sample-data/datasets.ts";
import { eventually } from "../../support/eventually.ts";
import { startTrainingStack, type TrainingStack } from "../support/training-stack.ts";

const location = "s3://datasets/houses.csv";

describe("from a CSV file to a prediction", () => {
  let stack: TrainingStack;
  const freshModel = () => `model-${randomUUID()}`;

  before(async () => {
    stack = await startTrainingStack();
    await stack.upload("houses.csv", housesCsv());
  });
  after(() => stack.close());

  describe("with an engine", () => {
    let engine: FastifyInstance;
    before(async () => {
      engine = await stack.startEngine();
    });
    after(() => engine.close());

    it("trains, registers and serves a model", async () => {
      const model_name = freshModel();
      const id = await stack.submit({ model_name, dataset_location: location });
      const job = await stack.ended(id);
      expect(job).to.deep.include({ status: "succeeded", model: { name: model_name, version: 1 } });
      expect(job.metrics?.["r2"]).to.be.above(0.97);
      const [version] = await stack.versionsOf(model_name);
      expect(version).to.deep.include({ job_id: id, metrics: job.metrics });
      expect(version!.lineage).to.include({ dataset_location: location, target: "price" });

      const answer = await stack.predict({
        model_name,
        features: { area_m2: 100, rooms: 4, age_years: 10, city: "Munich" },
      });
      expect(answer.json()).to.deep.include({ model: { name: model_name, version: 1 } });
      const law =
        housePrice.base +
        100 * housePrice.perSquareMetre +
        4 * housePrice.perRoom +
        10 * housePrice.perYearOfAge +
        housePrice.city.Munich;
      expect(answer.json<{ prediction: number }>().prediction).to.be.closeTo(law, housePrice.noise / 2);
    });

    it("gives the same artifact for the same job, as the next version", async () => {
      const model_name = freshModel();
      for (const version of [1, 2]) {
        const job = await stack.ended(
          await stack.submit({ model_name, dataset_location: location, parameters: { seed: 4 } }),
        );
        expect(job.model?.version).to.equal(version);
      }
      const [second, first] = await stack.versionsOf(model_name);
      expect(second!.sha256).to.equal(first!.sha256);
    });

    it("serves classes with their probabilities", async () => {
      const rows = Array.from(
        { length: 60 },
        (_, i) => `${i % 30},${i % 2 === 0 ? "even" : "odd"},${i % 30 < 15 ? "low" : "high"}`,
      );
      await stack.upload("halves.csv", ["x,parity,half", ...rows].join("\n"));
      const model_name = freshModel();
      await stack.ended(await stack.submit({ model_name, dataset_location: "s3://datasets/halves.csv" }));
      const answer = (await stack.predict({ model_name, version: 1, features: { x: 2, parity: "even" } })).json<{
        prediction: string;
        probabilities: Record<string, number>;
      }>();
      expect(answer.prediction).to.equal("low");
      expect(answer.probabilities["low"]).to.be.above(0.9);
      expect(answer.probabilities["low"]! + answer.probabilities["high"]!).to.be.closeTo(1, 1e-12);
    });

    it("fails a job that cannot succeed, with the reason", async () => {
      const failureOf = async (dataset_location: string, more = {}) => {
        const job = await stack.ended(await stack.submit({ model_name: freshModel(), dataset_location, ...more }));
        expect(job.status).to.equal("failed");
        return job.error;
      };
      const lines = housesCsv(30).trim().split("\n");
      lines[3] = lines[3]!.replace(/^\d+/, "ninety");
      lines[7] = `${lines[7]},extra`;
      await stack.upload("broken.csv", lines.join("\n"));
      expect(await failureOf("s3://datasets/broken.csv")).to.equal(
        'The dataset has cells that cannot be used.\nrow 8: 6 cells where the header has 5\nrow 4, column "area_m2": "ninety" is not a number, as others in this column are',
      );
      expect(await failureOf("s3://datasets/none.csv")).to.include("There is no dataset at s3://datasets/none.csv");
      expect(await failureOf("s3://models/houses.csv")).to.include('the buckets "datasets" and "feedback" only');
      expect(await failureOf(location, { target: "colour" })).to.include(
        'no column "colour" to predict. It has "area_m2"',
      );
    });

    it("registers one version of a job that is delivered several times", async () => {
      const model_name = freshModel();
      const id = await stack.submit({ model_name, dataset_location: location });
      const first = await stack.ended(id);
      const again = { key: id, value: { job_id: id, model_name, dataset_location: location, parameters: {} } };
      const events: TrainingEvent[] = [];
      await stack.bus.subscribe({
        group: randomUUID(),
        topics: [topics.trainingEvents],
        handle: ({ key, value }) =>
          Promise.resolve(
            void (
              key === id &&
              !["progress", "log"].includes((value as TrainingEvent).kind) &&
              events.push(value as TrainingEvent)
            ),
          ),
      });
      await eventually(() => expect(events.map(({ kind }) => kind)).to.deep.equal(["started", "succeeded"]));
      await stack.bus.publish(topics.trainingJobs, [again, again]);
      await eventually(() =>
        expect(events.map(({ kind }) => kind)).to.deep.equal(["started", "succeeded", "succeeded", "succeeded"]),
      );
      expect(await stack.versionsOf(model_name)).to.have.lengthOf(1);
      expect(await stack.jobOf(id)).to.deep.equal(first);
    });

    it("publishes failure for an invalid message that names a job", async () => {
      const id = await stack.submit({ model_name: freshModel(), dataset_location: "s3://datasets/none.csv" });
      await stack.ended(id);
      const job_id = randomUUID();
      const reasons: string[] = [];
      await stack.bus.subscribe({
        group: randomUUID(),
        topics: [topics.trainingEvents],
        handle: ({ key, value }) =>
          Promise.resolve(void (key === job_id && reasons.push((value as { error: string }).error))),
      });
      await stack.bus.publish(topics.trainingJobs, [{ key: job_id, value: { job_id, model_name: "Not A Name" } }]);
      await eventually(() => expect(reasons.join()).to.include("model_name").and.include("dataset_location"));
    });

    it("retries while the registry is unavailable, and fails no job", async () => {
      const model_name = freshModel();
      stack.faults.registryAway = true;
      const calls = stack.registryCalls.length;
      const id = await stack.submit({ model_name, dataset_location: location });
      await eventually(() => expect(stack.registryCalls.length).to.be.above(calls + 1));
      expect((await stack.jobOf(id)).status).to.be.oneOf(["queued", "running"]);
      stack.faults.registryAway = false;
      expect((await stack.ended(id)).status).to.equal("succeeded");
      expect(await stack.versionsOf(model_name)).to.have.lengthOf(1);
    });
  });

  describe("with an engine that dies", () => {
    let engine: FastifyInstance;
    afterEach(() => engine.close());

    it("after registering a model and before publishing it: one version, and the job succeeds", async () => {
      let attempts = 0;
      engine = await stack.startEngine({
        publish: async (topic, events) => {
          const success = events.some(({ value }) => (value as TrainingEvent).kind === "succeeded");
          if (success && ++attempts === 1) throw new Error("killed");
          await stack.bus.publish(topic, events);
        },
      });
      const model_name = freshModel();
      const job = await stack.ended(await stack.submit({ model_name, dataset_location: location }));
      expect(attempts).to.equal(2);
      expect(job).to.deep.include({ status: "succeeded", model: { name: model_name, version: 1 } });
      expect(await stack.versionsOf(model_name)).to.have.lengthOf(1);
    });

    it("while it reads a dataset: another one resumes the job", async () => {
      const opened = Promise.withResolvers<void>();
      const stalled = new PassThrough();
      const first = await stack.startEngine({
        objects: {
          ...stack.objects,
          get: (bucket, key) => {
            if (bucket !== "datasets") return stack.objects.get(bucket, key);
            opened.resolve();
            stalled.write("a,b\n1,2\n");
            return Promise.resolve(stalled);
          },
        },
      });
      const model_name = freshModel();
      const id = await stack.submit({ model_name, dataset_location: location });
      await opened.promise;
      await eventually(async () => expect((await stack.jobOf(id)).status).to.equal("running"));
      await first.close();
      await eventually(() => expect(stalled.destroyed).to.equal(true));
      engine = await stack.startEngine();
      expect(await stack.ended(id)).to.deep.include({ status: "succeeded", model: { name: model_name, version: 1 } });
    });
  });

  it("counts questions by outcome", async () => {
    const engine = await stack.startEngine();
    const asked = (outcome: string) => ({
      key: "shop",
      value: { query: "how many?", outcome, took_ms: 1, at: new Date().toISOString() },
    });
    await stack.bus.publish(topics.queryEvents, [asked("parsed"), asked("parsed"), asked("refused"), asked("strange")]);
    const counted = (outcome: string, count: number) => `query_events_total{outcome="${outcome}"} ${count}`;
    await eventually(async () => {
      const { body } = await engine.inject({ url: "/metrics" });
      expect(body)
        .to.include(counted("parsed", 2))
        .and.include(counted("refused", 1))
        .and.include(counted("unknown", 1));
    });
    await engine.close();
  });
});
