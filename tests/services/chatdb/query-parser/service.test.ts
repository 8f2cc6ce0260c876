import {
  interpretation,
  parseResponse,
  queryEvent,
  sqlStatement,
  type Interpretation,
  type QueryEvent,
} from "@chatdb/contracts/query.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { createService } from "@chatdb/query-parser/service.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { eventually } from "../../support/eventually.ts";
import { settingsOf, startShop, type TestShop } from "../support/shop.ts";

const log = createLogger("test", "silent");

describe("query-parser", () => {
  let shop: TestShop;
  let connector: FastifyInstance;
  let connectorUrl: string;
  let bus: EventBus;
  let events: QueryEvent[];
  let app: FastifyInstance;

  before(async () => {
    shop = await startShop();
    connector = await createConnector({ dataSources: [shop.settings], log });
    connectorUrl = await connector.listen({ host: "127.0.0.1", port: 0 });
  });
  after(async () => {
    await connector.close();
    await shop.close();
  });
  beforeEach(async () => {
    bus = createMemoryEventBus();
    events = [];
    await bus.subscribe({
      group: "test",
      topics: [topics.queryEvents],
      handle: ({ value }) => Promise.resolve(void events.push(queryEvent.parse(value))),
    });
    app = await createService({ dbConnectorUrl: connectorUrl, bus, log, refreshMs: 0 });
  });
  afterEach(async () => {
    await app.close();
    await bus.close();
  });

  const ask = (payload: unknown, service = app) =>
    service.inject({ method: "POST", url: "/parse", payload: payload as object });
  const metric = async (name: string, service = app) =>
    Number(new RegExp(`^${name} (.*)$`, "m").exec((await service.inject("/metrics")).body)?.[1]);

  it("answers with SQL for the only data source when none is named", async () => {
    const response = await ask({ query: "how many customers are there in Germany?" });
    expect(response.statusCode, response.body).to.equal(200);
    const { statement, reading, datasource } = parseResponse.parse(response.json());
    const { sql, params } = sqlStatement.parse(statement);
    expect({ datasource, reading }).to.deep.equal({
      datasource: "shop",
      reading: 'The number of customers whose country is "Germany".',
    });
    expect(await shop.run(sql, params)).to.deep.equal(
      await shop.run("SELECT count(*) FROM customers WHERE country = 'Germany'"),
    );
  });

  it("reports the words that it did not understand, and asks for clarification", async () => {
    const response = await ask({ query: "shipped ordrs in Germany", datasource: "shop" });
    expect(response.statusCode).to.equal(422);
    expect(response.headers["content-type"]).to.contain("application/problem+json");
    const { detail, words, alternatives } = response.json<{
      detail: string;
      words: string[];
      alternatives: Interpretation[];
    }>();
    expect(detail).to.match(/^I am not sure .* I did not understand: ordrs\.$/);
    expect(words).to.deep.equal(["ordrs"]);
    const [likeliest] = interpretation.array().parse(alternatives);
    const chosen = await ask({ query: "shipped ordrs in Germany", datasource: "shop", plan: likeliest!.plan });
    expect(parseResponse.parse(chosen.json())).to.deep.include({
      plan: likeliest!.plan,
      reading: likeliest!.reading,
      confidence: 1,
      alternatives: [],
    });
  });

  it("rejects a plan that does not fit the schema, and lists all problems", async () => {
    const { plan } = parseResponse.parse((await ask({ query: "orders in Germany" })).json());
    const elsewhere = JSON.parse(JSON.stringify(plan).replaceAll('"orders"', '"constructor"')) as object;
    for (const wrong of [{}, { from: 1 }, elsewhere]) {
      const response = await ask({ query: "orders", plan: wrong });
      expect([response.statusCode, response.json<{ detail: string }>().detail]).to.satisfy(
        ([status, detail]: [number, string]) => status === 422 && detail.includes("does not fit shop"),
      );
    }
    for (const wrong of [[], "orders", 5])
      expect((await ask({ query: "orders", plan: wrong })).statusCode).to.equal(400);
  });

  it("continues from the plan of the previous answer", async () => {
    const first = parseResponse.parse((await ask({ query: "how many customers are there in Germany?" })).json());
    const next = parseResponse.parse((await ask({ query: "and in France?", follows: first.plan })).json());
    expect(next.reading).to.equal('The number of customers whose country is "France".');
    const vague = await ask({ query: "why?", follows: next.plan });
    expect([vague.statusCode, vague.json<{ detail: string }>().detail]).to.deep.equal([
      422,
      "I did not understand how that goes on from the question before.",
    ]);
  });

  it("rejects a previous plan that does not fit the schema, and lists the problems", async () => {
    const { plan } = parseResponse.parse((await ask({ query: "how many customers are there in Germany?" })).json());
    const elsewhere = JSON.parse(JSON.stringify(plan).replaceAll('"customers"', '"__proto__"')) as object;
    for (const wrong of [{}, { from: 1 }, elsewhere]) {
      const response = await ask({ query: "and in France?", follows: wrong });
      expect([response.statusCode, response.json<{ detail: string }>().detail]).to.satisfy(
        ([status, detail]: [number, string]) => status === 422 && detail.includes("does not fit shop"),
      );
    }
    for (const wrong of [[], "customers", 5])
      expect((await ask({ query: "and in France?", follows: wrong })).statusCode).to.equal(400);
  });

  it("publishes an event with the outcome of each question", async () => {
    await ask({ query: "orders in Germany" });
    await ask({ query: "what is the weather" });
    await ask({ query: "orders", datasource: "nowhere" });
    await eventually(() => expect(events.length).to.equal(3));
    // Each data source is a key of its own, so the order across them is undefined.
    const byOutcome = Object.fromEntries(events.map((event) => [event.outcome, event]));
    expect(byOutcome.parsed).to.deep.include({ query: "orders in Germany", datasource: "shop" });
    expect(byOutcome.parsed?.plan?.from).to.deep.equal({ as: "orders", schema: "public", table: "orders" });
    expect(byOutcome.refused?.reason).to.include("I did not understand: weather.");
    expect(byOutcome.failed?.reason).to.contain('no data source "nowhere"');
  });

  it("answers while the bus fails or hangs, and counts lost events", async () => {
    const failing: EventBus = { ...bus, publish: () => Promise.reject(new Error("no broker")) };
    const service = await createService({ dbConnectorUrl: connectorUrl, bus: failing, log });
    expect((await ask({ query: "categories" }, service)).statusCode).to.equal(200);
    await eventually(async () => expect(await metric("query_events_lost_total", service)).to.equal(1));
    await service.close();

    const silence = Promise.withResolvers<void>();
    const silent = await createService({
      dbConnectorUrl: connectorUrl,
      bus: { ...bus, publish: () => silence.promise },
      log,
    });
    expect((await ask({ query: "categories" }, silent)).statusCode).to.equal(200);
    silence.resolve();
    await silent.close();
  });

  it("refreshes the schema when it does not know a word", async () => {
    expect((await ask({ query: "how many suppliers" })).statusCode).to.equal(422);
    await shop.database.pool.query("CREATE TABLE suppliers (id integer PRIMARY KEY, name text)");
    const response = await ask({ query: "how many suppliers" });
    await shop.database.pool.query("DROP TABLE suppliers");
    expect(sqlStatement.parse(parseResponse.parse(response.json()).statement).sql).to.contain('"suppliers"');
  });

  it("refreshes the schema at most once per interval", async () => {
    const calm = await createService({ dbConnectorUrl: connectorUrl, bus, log, refreshMs: 60_000 });
    const count = async () =>
      Number(
        /http_request_duration_seconds_count\{[^}]*schema[^}]*\} (\d+)/.exec(
          (await connector.inject("/metrics")).body,
        )?.[1] ?? 0,
      );
    const before = await count();
    for (let n = 0; n < 5; n++) await ask({ query: "zorgles" }, calm);
    expect(await count()).to.equal(before + 1);
    await calm.close();
  });

  it("requires the name of the data source when there are several", async () => {
    const two = await createConnector({ dataSources: [shop.settings, settingsOf(shop.database, "archive")], log });
    const service = await createService({ dbConnectorUrl: await two.listen({ host: "127.0.0.1", port: 0 }), bus, log });
    const response = await ask({ query: "orders" }, service);
    expect([response.statusCode, response.json<{ detail: string }>().detail]).to.deep.equal([
      400,
      "Name the data source to ask: archive, shop.",
    ]);
    expect((await ask({ query: "orders", datasource: "archive" }, service)).statusCode).to.equal(200);
    await service.close();
    await two.close();
  });

  it("is alive and ready while the db-connector is down, and answers questions with 502", async () => {
    const service = await createService({ dbConnectorUrl: "http://127.0.0.1:1", bus, log });
    expect((await service.inject("/health")).statusCode).to.equal(200);
    expect((await service.inject("/ready")).statusCode).to.equal(200);
    expect((await ask({ query: "orders" }, service)).statusCode).to.equal(502);
    await service.close();
  });

  it("rejects an invalid request", async () => {
    for (const payload of [
      {},
      { query: "" },
      { query: "   " },
      { query: 5 },
      { query: "x".repeat(100_000) },
      { query: "orders", datasource: 1 },
    ]) {
      const response = await ask(payload);
      expect(response.statusCode, JSON.stringify(payload).slice(0, 40)).to.equal(400);
      expect(response.json<{ errors: unknown[] }>().errors).to.have.length(1);
    }
    expect((await ask({ query: "x".repeat(2_000_000) })).statusCode).to.equal(413);
  });
});
