import { parseResponse, type ParseResponse } from "@chatdb/contracts/query.ts";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { createService as createParser } from "@chatdb/query-parser/service.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { eventually } from "../support/eventually.ts";
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

describe("learning how a data source is asked", () => {
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
    parser = await createParser({ dbConnectorUrl, modelRegistryUrl: stack.modelRegistryUrl, newModelsMs: 50, bus: stack.bus, log });
  });
  after(async () => {
    await parser.close();
    await engine.close();
    await stack.close();
    await connector.close();
    await shop.close();
  });

  const ask = (query: string) => parser.inject({ method: "POST", url: "/parse", payload: { query, datasource: "shop" } });
  const understood = async (query: string): Promise<ParseResponse> => parseResponse.parse((await ask(query)).json());
  const train = async (lines: readonly object[], name = model_name) => {
    await stack.upload("questions.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    return stack.ended(await stack.submit({ model_name: name, dataset_location: "s3://datasets/questions.jsonl", parameters }));
  };
  const withPlans = async () => Promise.all(jargon.map(async ([question, plain]) => ({ question, plan: (await understood(plain)).plan })));

  it("from questions and plans: what was asked back is answered, with the version of the model", async () => {
    expect((await ask("how many parked orders are in Germany?")).statusCode).to.equal(422);
    const lines = await withPlans();
    const job = await train(lines);
    expect(job.error).to.equal(undefined);
    expect(job.metrics).to.include({ examples: jargon.length });
    await eventually(async () => expect((await ask("how many parked orders are in Germany?")).statusCode).to.equal(200));
    const { learned_model, reading } = await understood("how many punters with parked orders are there?");
    expect(learned_model).to.deep.equal(job.model);
    expect(reading).to.equal((await understood("how many customers with pending orders are there?")).reading);
  });
});
