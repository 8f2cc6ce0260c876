import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { predictResponse } from "@chatdb/contracts/predictions.ts";
import { createLogger } from "@platform/kit/log.ts";
import { artifactFormat, parseArtifact, serializeArtifact, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import { createService } from "@chatdb/prediction-service/service.ts";
import { eventually } from "../../support/eventually.ts";
import { FakeRegistry, linear } from "../support/fake-registry.ts";

describe("prediction-service", () => {
  const registry = new FakeRegistry();
  let app: FastifyInstance;
  let url: string;
  let name: string;
  const good = { width: 3, colour: "red" };

  before(async () => {
    url = await registry.start();
  });
  beforeEach(async () => {
    registry.mood = "well";
    registry.calls.length = 0;
    name = `model-${randomUUID()}`;
    registry.add(name, linear(100));
    app = await createService({ modelRegistryUrl: url, referenceTtlMs: 100, log: createLogger("test", "silent") });
  });
  afterEach(() => app.close());
  after(() => registry.stop());

  const ask = (body: object) => app.inject({ method: "POST", url: "/predict", payload: body });
  const predict = async (features: object = good, version?: number | "latest") =>
    predictResponse.parse(
      (await ask({ model_name: name, features, ...(version !== undefined && { version }) })).json(),
    );

  it("predicts with the model", async () => {
    expect(await predict()).to.deep.equal({ prediction: 100 + 6 + 5, model: { name, version: 1 } });
    expect(await predict({ width: 3, colour: "blue", age: 7 })).to.deep.include({ prediction: 106 });
    expect(await predict({ width: 3, colour: "blue", age: null })).to.deep.include({ prediction: 106 });
  });

  it("reports all faults of the features at once", async () => {
    const answer = await ask({ model_name: name, features: { colour: "green", age: "old", weight: 3 } });
    expect(answer.statusCode).to.equal(422);
    expect(answer.json<{ errors: unknown[] }>().errors).to.have.deep.members([
      { path: "features.width", message: "missing; expected a number" },
      { path: "features.colour", message: 'unknown value; known are "blue", "red"' },
      { path: "features.age", message: "expected a number" },
      { path: "features.weight", message: "not a feature of this model" },
    ]);
  });

  it("answers 404 for a missing model or version, until it exists", async () => {
    expect((await ask({ model_name: "nobody", features: {} })).statusCode).to.equal(404);
    expect((await ask({ model_name: name, version: 2, features: good })).statusCode).to.equal(404);
    registry.add(name, linear(200));
    expect(await predict(good, 2)).to.deep.include({ prediction: 211 });
  });

  it("requests a model once for concurrent callers", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => predict()));
    expect(new Set(answers.map(({ prediction }) => prediction))).to.deep.equal(new Set([111]));
    expect(registry.calls).to.have.members([
      `/models/${name}/latest`,
      `/models/${name}/1`,
      `/models/${name}/1/artifact`,
    ]);
    const { body } = await app.inject({ url: "/metrics" });
    expect(body).to.include('model_cache_lookups_total{outcome="miss"} 50');
  });

  it("moves to a new version after the reference expires, and not before", async () => {
    await predict();
    registry.add(name, linear(200));
    await eventually(
      async () => expect(await predict()).to.deep.equal({ prediction: 211, model: { name, version: 2 } }),
      2000,
    );
    expect(await predict(good, 1)).to.deep.include({ prediction: 111 });
    registry.calls.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => predict()));
    expect(registry.calls.filter((call) => call.endsWith("/latest")).length).to.be.at.most(1);
    expect(registry.calls.filter((call) => call.endsWith("/artifact"))).to.be.empty;
  });

  it("continues to predict while the registry is unavailable", async () => {
    await predict();
    registry.mood = "away";
    const asked = registry.calls.length;
    await eventually(async () => {
      expect(await predict()).to.deep.include({ prediction: 111 });
      expect(registry.calls.length, "the registry was asked again").to.be.above(asked);
    });
    expect((await ask({ model_name: "another", features: {} })).statusCode).to.equal(502);
  });

  it("rejects a damaged artifact", async () => {
    registry.mood = "damaging";
    const answer = await ask({ model_name: name, features: good });
    expect(answer.statusCode).to.equal(502);
    expect(answer.json<{ detail: string }>().detail).to.include("damaged");
    registry.mood = "well";
    expect(await predict()).to.deep.include({ prediction: 111 });
  });

  it("evicts the least recently used model", async () => {
    const size = serializeArtifact(linear(1)).length;
    const small = await createService({
      modelRegistryUrl: url,
      referenceTtlMs: 60_000,
      cacheBytes: Math.round(2.5 * size),
      log: createLogger("test", "silent"),
    });
    const names = ["a", "b", "c"].map((letter) => `${letter}-${randomUUID()}`);
    names.forEach((each) => registry.add(each, linear(1)));
    const use = (index: number) =>
      small.inject({ method: "POST", url: "/predict", payload: { model_name: names[index], features: good } });
    const loadsOf = (index: number) =>
      registry.calls.filter((call) => call === `/models/${names[index]}/1/artifact`).length;
    for (const index of [0, 1, 0, 2, 0, 1]) expect((await use(index)).statusCode).to.equal(200);
    expect([0, 1, 2].map(loadsOf)).to.deep.equal([1, 2, 1]);
    await small.close();
  });

  it("rejects numbers that overflow instead of answering null", async () => {
    expect((await ask({ model_name: name, features: { width: 1.7e308, colour: "red" } })).statusCode).to.equal(422);
  });
});

describe("a model's artifact", () => {
  it("survives serialization", () => {
    const weights = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(weights, fc.double({ noNaN: true, noDefaultInfinity: true }), (w, intercept) => {
        // -0 is written as 0.
        const artifact = {
          ...linear(0),
          weights: w.map((weight) => weight + 0),
          intercept: intercept + 0,
        } as ModelArtifact;
        expect(parseArtifact(serializeArtifact(artifact))).to.deep.equal(artifact);
      }),
    );
  });

  it("is rejected if it is inconsistent", () => {
    const bytes = (change: object) => Buffer.from(JSON.stringify({ ...linear(0), ...change }));
    expect(() => parseArtifact(bytes({ weights: [1] }))).to.throw("weights do not fit the features");
    expect(() => parseArtifact(bytes({ format: "chatdb-model/2" }))).to.throw(artifactFormat);
  });

  it("has a canonical form: sorted members, no spaces, finite numbers", () => {
    expect(canonicalJson({ b: [1, { d: 1e21, c: null }], a: "\u20ac" })).to.equal(
      '{"a":"\u20ac","b":[1,{"c":null,"d":1e+21}]}',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const shuffled = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(shuffled)).to.equal(canonicalJson(value));
      }),
    );
    expect(() => canonicalJson({ a: NaN })).to.throw("NaN cannot be written as JSON");
  });
});
