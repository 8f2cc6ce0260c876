import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import {
  modelSchema,
  maxRows,
  predictBatchResponse,
  predictRequest,
  predictResponse,
} from "@chatdb/contracts/predictions.ts";
import { createLogger } from "@platform/kit/log.ts";
import { artifactFormat, type ModelArtifact } from "@chatdb/ml-model/artifact.ts";
import { createPredictor } from "@chatdb/ml-model/predictor.ts";
import { acceptPredictRequest } from "@chatdb/prediction-service/quick-request.ts";
import { createService } from "@chatdb/prediction-service/service.ts";
import { FakeRegistry, linear } from "../support/fake-registry.ts";

/** The neighbour of a number among 1, 2 and 3, which answer ten times as much. */
const neighbours: ModelArtifact = {
  family: "k-nearest-neighbours",
  format: artifactFormat,
  target: "y",
  features: [{ kind: "number", name: "x", mean: 0, scale: 1, required: true }],
  neighbours: 1,
  neighbour_weights: "uniform",
  points: [1, 2, 3],
  answers: [10, 20, 30],
};

describe("prediction-service: batches, explanations, schemas", () => {
  const registry = new FakeRegistry();
  let app: FastifyInstance;
  const name = `model-${randomUUID()}`;

  before(async () => {
    app = await createService({ modelRegistryUrl: await registry.start(), log: createLogger("test", "silent") });
    registry.add(name, linear(100));
    registry.add("neighbours", neighbours);
  });
  after(async () => {
    await app.close();
    await registry.stop();
  });

  const post = (url: string, payload: object) => app.inject({ method: "POST", url, payload });
  const batch = (rows: unknown[], more = {}) => post("/predict/batch", { model_name: name, rows, ...more });

  it("answers in the order of the rows, all by the same version", async () => {
    const rows = Array.from({ length: maxRows }, (_, width) => ({ width, colour: width % 2 === 0 ? "red" : "blue" }));
    const answer = predictBatchResponse.parse((await batch(rows)).json());
    expect(answer.model).to.deep.equal({ name, version: 1 });
    expect(answer.predictions.map(({ prediction }) => prediction)).to.deep.equal(
      rows.map(({ width, colour }) => 100 + 2 * width + (colour === "red" ? 5 : 0)),
    );
    for (const wrong of [[], [...rows, rows[0]], [3]]) expect((await batch(wrong)).statusCode).to.equal(400);
  }).timeout(10_000);

  it("answers other requests while it computes a batch", async () => {
    registry.add("many", {
      ...neighbours,
      points: Array.from({ length: 20_000 }, (_, n) => n),
      answers: Array.from({ length: 20_000 }, (_, n) => n),
    });
    expect((await post("/predict", { model_name: "many", features: { x: 1 } })).statusCode).to.equal(200);
    let done = false;
    const computing = post("/predict/batch", {
      model_name: "many",
      rows: Array.from({ length: 2000 }, (_, x) => ({ x })),
    }).then((answer) => {
      done = true;
      return answer;
    });
    let meanwhile = 0;
    while (!done) {
      expect((await post("/predict", { model_name: name, features: { width: 1, colour: "red" } })).statusCode).to.equal(
        200,
      );
      meanwhile++;
    }
    expect(meanwhile).to.be.above(2);
    expect(predictBatchResponse.parse((await computing).json()).predictions[7]).to.deep.equal({ prediction: 7 });
  }).timeout(20_000);

  it("reports up to a hundred faults of the rows", async () => {
    const good = { width: 1, colour: "red" };
    const answer = await batch([good, { width: "1", colour: "green" }, good, { weight: 3, width: 1 }]);
    expect(answer.statusCode).to.equal(422);
    expect(answer.json<{ errors: unknown[] }>().errors).to.have.deep.members([
      { path: "rows.1.width", message: "expected a number" },
      { path: "rows.1.colour", message: 'unknown value; known are "blue", "red"' },
      { path: "rows.3.colour", message: "missing; expected text" },
      { path: "rows.3.weight", message: "not a feature of this model" },
    ]);
    const many = (await batch(Array.from({ length: 300 }, () => ({ width: 1 })))).json<{
      errors: unknown[];
      detail: string;
    }>();
    expect(many.errors).to.have.length(100);
    expect(many.detail).to.match(/; and 200 more$/);
    expect((await batch([good, { width: 1.7e308, colour: "red" }])).json<{ detail: string }>().detail).to.equal(
      "The rows.1 are too large to compute with.",
    );
  });

  it("explains a prediction by contributions of the features", async () => {
    const request = { features: { width: 3, colour: "red" }, explain: true };
    const { prediction, explanation } = predictResponse.parse(
      (await post("/predict", { model_name: name, ...request })).json(),
    );
    const { base, contributions } = explanation!;
    expect(contributions.map(({ feature }) => feature)).to.have.members(["width", "colour", "age"]);
    expect(contributions.reduce((sum, { contribution }) => sum + contribution, base)).to.be.closeTo(
      prediction as number,
      1e-9,
    );
    const all = predictBatchResponse.parse((await batch([request.features], { explain: true })).json());
    expect(all.predictions[0]!.explanation).to.deep.equal(explanation);
    expect(
      predictResponse.parse((await post("/predict", { model_name: name, features: request.features })).json()),
    ).not.to.have.property("explanation");
  });

  it("rejects an explanation of nearest neighbours", async () => {
    const answer = await post("/predict", { model_name: "neighbours", features: { x: 2.2 }, explain: true });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).to.deep.equal([
      422,
      'A model of the family k-nearest-neighbours cannot explain its predictions. Ask without "explain".',
    ]);
    expect((await post("/predict", { model_name: "neighbours", features: { x: 2.2 } })).json()).to.include({
      prediction: 20,
    });
  });

  it("describes the input of a model", async () => {
    const answer = modelSchema.parse((await app.inject(`/predict/schema?model_name=${name}&version=1`)).json());
    expect(answer).to.deep.equal({
      model: { name, version: 1 },
      family: "linear-regression",
      target: "y",
      explains: true,
      features: [
        { name: "width", kind: "number", required: true, typical: 10 },
        { name: "colour", kind: "category", required: true, typical: "blue", categories: ["blue", "red"] },
        { name: "age", kind: "number", required: false, typical: 1 },
      ],
    });
    expect((await app.inject(`/predict/schema?model_name=${name}&version=9`)).statusCode).to.equal(404);
    expect((await app.inject("/predict/schema")).statusCode).to.equal(400);
  });
});

describe("fast validation", () => {
  // A body with a member of this name is refused before it is checked.
  const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));
  const anything = fc.oneof(
    json,
    fc.constantFrom("red", "blue", 1, 2.5, null, undefined, "latest", "production", true),
  );

  it("accepts the features that the schema accepts unchanged", () => {
    const { accept, input } = createPredictor(linear(1));
    const features = fc.oneof(
      anything,
      fc.record({ width: anything, colour: anything, age: anything, other: anything }, { requiredKeys: [] }),
      fc.record(
        { width: fc.double(), colour: fc.constantFrom("red", "blue", "green"), age: fc.option(fc.double()) },
        { requiredKeys: ["width", "colour"] },
      ),
    );
    let accepted = 0;
    fc.assert(
      fc.property(features, (given) => {
        const quick = accept(given);
        if (quick === undefined) return;
        accepted++;
        expect(input.parse(given)).to.deep.equal(quick);
      }),
      { numRuns: 1000 },
    );
    expect(accepted).to.be.above(20);
    expect(accept({ width: 1, colour: "red" })).to.deep.equal({ width: 1, colour: "red" });
  });

  it("parses requests like the schema", () => {
    const body = fc.oneof(
      anything,
      fc.record(
        {
          model_name: fc.oneof(anything, fc.constant("a-model")),
          version: anything,
          features: anything,
          explain: anything,
          other: anything,
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          model_name: fc.constantFrom("a-model", "b", "No"),
          version: fc.constantFrom("latest", "staging", 3, 0, 1.5, "4"),
          features: fc.dictionary(
            fc.string().filter((name) => name !== "__proto__"),
            json,
          ),
          explain: fc.boolean(),
        },
        { requiredKeys: ["model_name", "features"] },
      ),
    );
    let accepted = 0;
    fc.assert(
      fc.property(body, (given) => {
        const quick = acceptPredictRequest(given);
        if (quick === undefined) return;
        accepted++;
        // A record of zod's has no prototype in common with what JSON gives.
        expect(JSON.parse(JSON.stringify(predictRequest.parse(given)))).to.deep.equal(
          JSON.parse(JSON.stringify(quick)),
        );
      }),
      { numRuns: 2000 },
    );
    expect(accepted).to.be.above(50);
  });
});
