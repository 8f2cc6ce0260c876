import { createHash, randomUUID } from "node:crypto";
import { topics } from "@chatdb/contracts/topics.ts";
import { parseResponse, type Interpretation, type ParseResponse } from "@chatdb/contracts/query.ts";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import {
  questionModelFormat,
  serializeQuestionModel,
  type QuestionModel,
} from "@chatdb/question-engine/question-model.ts";
import { createService as createParser } from "@chatdb/query-parser/service.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { eventually } from "../../support/eventually.ts";
import { startShop, type TestShop } from "../support/shop.ts";
import { startTrainingStack, type TrainingStack } from "../support/training-stack.ts";

const log = createLogger("test", "silent");
const model_name = "questions-shop";
const parameters = { task: "questions", datasource: "shop" };

/** People of this shop speak of punters, and of parked orders, which are those that are pending. */
const jargon = [
  ["how many parked orders are there", "how many pending orders are there"],
  ["list all parked orders", "list all pending orders"],
  ["show the parked orders of 2024", "show the pending orders of 2024"],
  ["how many orders are parked", "how many orders are pending"],
  ["parked orders from Germany", "pending orders from Germany"],
  ["how many punters are there", "how many customers are there"],
  ["list the punters in France", "list the customers in France"],
  ["how many punters live in Germany", "how many customers live in Germany"],
  ["number of punters per country", "number of customers per country"],
  ["show all punters", "show all customers"],
  ["what are the names of the punters", "what are the names of the customers"],
  ["how many products are there", "how many products are there"],
] as const;

describe("learning to read the questions of a data source", function () {
  this.timeout(240_000);
  let shop: TestShop;
  let connector: FastifyInstance;
  let stack: TrainingStack;
  let engine: FastifyInstance;
  let parser: FastifyInstance;

  before(async () => {
    shop = await startShop();
    connector = await createConnector({ dataSources: [shop.settings], log });
    const dbConnectorUrl = await connector.listen({ host: "127.0.0.1", port: 0 });
    stack = await startTrainingStack({ dbConnectorUrl });
    engine = await stack.startEngine();
    parser = await createParser({
      dbConnectorUrl,
      modelRegistryUrl: stack.modelRegistryUrl,
      newModelsMs: 20,
      bus: stack.bus,
      log,
    });
  });
  after(async () => {
    await parser.close();
    await engine.close();
    await stack.close();
    await connector.close();
    await shop.close();
  });

  const ask = (query: string) =>
    parser.inject({ method: "POST", url: "/parse", payload: { query, datasource: "shop" } });
  const understood = async (query: string): Promise<ParseResponse> => parseResponse.parse((await ask(query)).json());
  const metric = async (name: string, app = parser) =>
    Number(
      new RegExp(`^${name.replaceAll(/[{}"]/g, "\\$&")} (.*)$`, "m").exec((await app.inject("/metrics")).body)?.[1] ??
        0,
    );
  const submit = async (dataset_location: string, name = model_name) =>
    stack.ended(await stack.submit({ model_name: name, dataset_location, parameters }), 60_000);
  const train = async (lines: readonly unknown[], name?: string) => {
    await stack.upload(
      "questions.jsonl",
      lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
    );
    return submit("s3://datasets/questions.jsonl", name);
  };
  const withPlans = () =>
    Promise.all(jargon.map(async ([question, plain]) => ({ question, plan: (await understood(plain)).plan })));
  const version = async () => (await understood("how many customers are there")).learned_model?.version;
  /** Registers a model that no job has trained. */
  const register = async (bytes: Buffer, format = questionModelFormat) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await fetch(`${stack.modelRegistryUrl}/models/${model_name}/artifacts/${sha256}`, {
      method: "PUT",
      body: new Uint8Array(bytes),
      headers: { "content-type": "application/octet-stream" },
    });
    const body = JSON.stringify({ name: model_name, job_id: randomUUID(), sha256, format, metrics: {} });
    const answer = await fetch(`${stack.modelRegistryUrl}/models`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    return ((await answer.json()) as { version: number }).version;
  };
  const unused: QuestionModel = { format: questionModelFormat, datasource: "shop", words: [] };

  it("learns from feedback, keeps each example once, and answers what needed a clarification", async () => {
    const engineMetric = () => metric('query_feedback_total{verdict="corrected"}', engine);
    for (const [question, plain] of jargon) {
      const response = await ask(question);
      const asked = response.json<{ plan?: object; alternatives?: Interpretation[] }>();
      const correction = (await understood(plain)).plan;
      const payload = {
        query: question,
        datasource: "shop",
        plan: asked.plan ?? asked.alternatives?.[0]?.plan ?? correction,
        verdict: "corrected",
        correction,
      };
      expect((await parser.inject({ method: "POST", url: "/feedback", payload })).statusCode).to.equal(204);
    }
    await eventually(async () => expect(await engineMetric()).to.equal(jargon.length));
    const kept = await stack.objects.list("feedback", "shop/");
    expect(kept).to.have.length(jargon.length);
    const { plan: followed } = await understood("how many customers are in France");
    await parser.inject({
      method: "POST",
      url: "/feedback",
      payload: { query: "and in France?", datasource: "shop", plan: followed, verdict: "right" },
    });
    await eventually(async () => expect(await metric('query_feedback_total{verdict="right"}', engine)).to.equal(1));
    const again = {
      query: "how many parked orders are there",
      datasource: "shop",
      plan: (await understood("list all customers")).plan,
      verdict: "wrong",
      at: "2025-01-01T12:00:00.000Z",
    };
    await stack.bus.publish(topics.queryFeedback, [
      { key: "shop", value: again },
      { key: "shop", value: again },
      { key: "shop", value: "no feedback" },
      { key: "shop", value: again },
    ]);
    await eventually(async () => expect(await metric('query_feedback_total{verdict="wrong"}', engine)).to.equal(3));
    expect(await stack.objects.list("feedback", "shop/2025-01-01/")).to.have.length(1);

    expect((await ask("how many parked orders are in Germany?")).statusCode).to.equal(422);
    const job = await submit("s3://feedback/shop/");
    expect(job.error).to.equal(undefined);
    expect(job.metrics).to.include({ examples: jargon.length + 1, follow_ups: 1 });
    await eventually(async () => expect(await version()).to.equal(job.model!.version));
    expect((await ask("how many parked orders are in Germany?")).statusCode).to.equal(200);
  });

  it("learns house words from questions and plans, and reports the model's version", async () => {
    const job = await train(await withPlans());
    expect(job.error).to.equal(undefined);
    await eventually(async () => expect(await version()).to.equal(job.model!.version));
    const { learned_model, reading } = await understood("how many punters with parked orders are there?");
    expect(learned_model).to.deep.equal(job.model);
    expect(reading).to.equal((await understood("how many customers with pending orders are there?")).reading);
  });

  it("learns from questions and SQL, and gives the same model for the same examples", async () => {
    const lines = await Promise.all(
      jargon.map(async ([question, plain]) => {
        const { statement } = await understood(plain);
        return { question, ...statement };
      }),
    );
    const name = `try-${randomUUID()}`;
    for (const version of [1, 2]) expect((await train(lines, name)).model).to.deep.equal({ name, version });
    const [second, first] = await stack.versionsOf(name);
    expect(second!.sha256).to.equal(first!.sha256);
    expect(first!.format).to.equal(questionModelFormat);
    expect(first!.metrics["words"]).to.equal(2);
  });

  it("reports what is wrong with every line", async () => {
    const [line] = await withPlans();
    const wrong = await train([line, "no json", { question: "a" }, { ...line, plan: { from: 1 } }, ""]);
    expect(wrong.status).to.equal("failed");
    expect(wrong.error)
      .to.include("line 2: not JSON")
      .and.include("line 3: expected")
      .and.include("line 4: The plan does not fit shop")
      .and.not.include("line 1");
    const queries = [
      "SELECT nothing FROM orders",
      "DELETE FROM orders",
      "SELECT name FROM customers WHERE false",
      "SELECT count(*) FROM orders",
    ];
    const refused = await train(
      queries
        .map((sql) => ({ question: "orders", at: "2025-01-01T00:00:00Z", sql }))
        .map((each, place) => ({ ...each, question: `orders ${place}` })),
    );
    expect(refused.error)
      .to.include("line 1: ")
      .and.include("line 2: ")
      .and.include("line 3: the query gives no rows")
      .and.not.include("line 4");
    const few = await train([line]);
    expect(few.error).to.include("at least 10");
    const elsewhere = await stack.ended(
      await stack.submit({
        model_name: "questions-none",
        dataset_location: "s3://datasets/questions.jsonl",
        parameters: { task: "questions", datasource: "none" },
      }),
    );
    expect(elsewhere.error).to.include("none");
  });

  it("swaps models without a failed question, and keeps the current one if a newer one is invalid or the registry is unavailable", async () => {
    let asking = true;
    const statuses: number[] = [];
    const asker = (async () => {
      while (asking) statuses.push((await ask("how many customers are there in Germany")).statusCode);
    })();
    const first = await register(serializeQuestionModel(unused));
    await eventually(async () => expect(await version()).to.equal(first));
    for (const [bytes, format] of [
      [Buffer.from("{}")],
      [serializeQuestionModel({ ...unused, datasource: "other" })],
      [serializeQuestionModel(unused), "other/1"],
    ] as const) {
      const refusals = await metric('learned_model_loads_total{outcome="refused"}');
      await register(bytes, format);
      await eventually(async () =>
        expect(await metric('learned_model_loads_total{outcome="refused"}')).to.equal(refusals + 1),
      );
      expect(await version()).to.equal(first);
    }
    stack.faults.registryAway = true;
    const away = await metric('learned_model_checks_total{outcome="away"}');
    await eventually(async () => expect(await metric('learned_model_checks_total{outcome="away"}')).to.be.above(away));
    expect(await version()).to.equal(first);
    stack.faults.registryAway = false;
    const next = await register(
      serializeQuestionModel({
        ...unused,
        words: [
          { words: ["shopper"], meaning: { kind: "table", schema: "public", table: "customers" } },
          { words: ["gone"], meaning: { kind: "table", schema: "public", table: "no_longer_there" } },
        ],
      }),
    );
    await eventually(async () => expect(await version()).to.equal(next));
    expect((await understood("how many shoppers are there in Germany")).reading).to.equal(
      (await understood("how many customers are there in Germany")).reading,
    );
    asking = false;
    await asker;
    expect([...new Set(statuses)]).to.deep.equal([200]);
  });
});
