import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { predictBatchResponse, predictResponse } from "@chatdb/contracts/predictions.ts";
import { createLogger } from "@platform/kit/log.ts";
import type { OnnxLimits } from "@chatdb/onnx-runtime/thread.ts";
import { createService } from "@chatdb/prediction-service/service.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeRegistry, linear } from "../support/fake-registry.ts";
import { expectedOf, named, onnxFile, slow, times, wide } from "../support/onnx-files.ts";

/** Threads of this process that run a model. */
const threads = () => process.getActiveResourcesInfo().filter((resource) => resource === "MessagePort").length;
const MiB = 2 ** 20;

describe("prediction-service: models of ONNX files", function () {
  this.timeout(60_000);
  const registry = new FakeRegistry();
  const patient: OnnxLimits = { loadMs: 60_000, runMs: 60_000 };
  let app: FastifyInstance;
  let url: string;
  let name: string;
  const serve = async (more: { limits?: OnnxLimits; cacheBytes?: number } = {}) => {
    app = await createService({
      modelRegistryUrl: url,
      referenceTtlMs: 40,
      limits: patient,
      log: createLogger("test", "silent"),
      ...more,
    });
  };
  before(async () => {
    url = await registry.start();
  });
  beforeEach(() => {
    name = `model-${randomUUID()}`;
  });
  afterEach(async () => {
    await app.close();
    await eventually(() => expect(threads()).to.equal(0));
  });
  after(() => registry.stop());

  const x = { target: "y", features: ["x"] };
  const ask = (features: object, more: object = {}, of = name) =>
    app.inject({ method: "POST", url: "/predict", payload: { model_name: of, features, ...more } });
  const predictionOf = async (features: object, more?: object, of?: string) => {
    const answer = await ask(features, more, of);
    expect(answer.statusCode, answer.body).to.equal(200);
    return predictResponse.parse(answer.json()).prediction;
  };
  const failing = async (features: object, status: number, detail: string) => {
    const answer = await ask(features);
    expect(answer.statusCode, answer.body).to.equal(status);
    expect(answer.json<{ detail: string }>().detail).to.contain(detail);
  };

  it("predict one row, or many in one run, and describe their input", async () => {
    await serve();
    const features = ["a", "b", "c", "d"];
    const { rows, predictions } = expectedOf["iris-logistic"]!;
    registry.import(name, onnxFile("iris-logistic"), {
      target: "species",
      features,
      classes: ["setosa", "versicolor", "virginica"],
    });
    expect(await predictionOf(named(features, rows[0]!))).to.equal("setosa");
    const many = Array.from({ length: 3000 }, (_, n) => named(features, rows[n % rows.length]!));
    const batch = await app.inject({
      method: "POST",
      url: "/predict/batch",
      payload: { model_name: name, rows: many },
    });
    expect(predictBatchResponse.parse(batch.json()).predictions.map(({ prediction }) => prediction)).to.deep.equal(
      many.map((_, n) => predictions[n % rows.length]),
    );
    const { body } = await app.inject({ url: "/predict/schema", query: { model_name: name } });
    expect(JSON.parse(body)).to.deep.equal({
      model: { name, version: 1 },
      family: "onnx",
      target: "species",
      classes: ["setosa", "versicolor", "virginica"],
      explains: false,
      features: features.map((name) => ({ kind: "number", name, required: true })),
    });
  });

  it("reject invalid rows and explanations", async () => {
    await serve();
    registry.import(name, onnxFile("cars-columns"), { target: "price", features: ["width", "doors", "colour"] });
    expect(await predictionOf({ width: 1, doors: 0, colour: "red" })).to.be.a("number");
    await failing(
      { width: "1", doors: 1.5, color: "red" },
      422,
      "features.width: expected a number; features.doors: expected a whole number; features.colour: missing; expected text; features.color: not a feature of this model",
    );
    await failing({ width: 1, doors: 0, colour: "violet" }, 422, `Version 1 of "${name}" failed: `);
    const explained = await ask({ width: 1, doors: 0, colour: "red" }, { explain: true });
    expect(explained.statusCode).to.equal(422);
    expect(explained.body).to.contain("imported");
    const batch = await app.inject({
      method: "POST",
      url: "/predict/batch",
      payload: { model_name: name, rows: [{ width: 1, doors: 0, colour: "red" }, { width: 1 }] },
    });
    expect(batch.json<{ detail: string }>().detail).to.contain("rows.1.doors: missing; expected a whole number");
  });

  it("answer 504 on a timeout and 422 out of memory, while other models continue", async () => {
    await serve({ limits: { ...patient, runMs: 2000, memoryMib: 64 } });
    const [slowly, widely, ours, imported] = ["slow", "wide", "ours", "quick"].map((kind) => `${kind}-${name}`) as [
      string,
      string,
      string,
      string,
    ];
    registry.import(slowly, slow(400), x);
    registry.import(widely, wide(50_000_000), x);
    registry.import(imported, times(2), x);
    registry.add(ours, linear(100));
    await predictionOf({ x: 1 }, {}, imported);
    const failures = [ask({ x: 1 }, {}, slowly), ask({ x: 2 }, {}, slowly), ask({ x: 1 }, {}, widely)];
    for (let n = 0; n < 20; n++) {
      expect(await predictionOf({ x: n }, {}, imported)).to.equal(2 * n);
      expect(await predictionOf({ width: 3, colour: "red" }, {}, ours)).to.equal(111);
    }
    const answers = await Promise.all(failures);
    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([504, 504, 422]);
    expect(answers[0]!.body).to.contain("did not answer within 2000 ms");
    expect(answers[2]!.body).to.contain("64 MiB of memory");
    expect((await ask({ x: 1 }, {}, slowly)).statusCode).to.equal(504);
  });

  it("are replaced by a new version without a failed request", async () => {
    await serve();
    registry.import(name, times(1), x);
    registry.stages.set(name, { production: 1 });
    expect(await predictionOf({ x: 5 }, { version: "production" })).to.equal(5);
    registry.import(name, times(2), x);
    registry.stages.set(name, { production: 2 });
    await eventually(async () => expect(await predictionOf({ x: 5 }, { version: "production" })).to.equal(10), 20_000);
  });

  it("end their threads when they are evicted, and still answer", async () => {
    await serve({ cacheBytes: 20 * MiB });
    const names = [1, 2, 3].map((factor) => {
      registry.import(`${name}-${factor}`, times(factor), x);
      return `${name}-${factor}`;
    });
    const answers = await Promise.all([...names, ...names].map((of) => predictionOf({ x: 1 }, {}, of)));
    expect(answers).to.deep.equal([1, 2, 3, 1, 2, 3]);
    await eventually(() => expect(threads()).to.equal(1));
  });
});
