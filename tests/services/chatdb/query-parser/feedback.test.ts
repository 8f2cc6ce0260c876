import { queryFeedback, type QueryFeedback } from "@chatdb/contracts/feedback.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import { parseResponse, type ParseResponse } from "@chatdb/contracts/query.ts";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import type { EventBus } from "@platform/kit/event-bus.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { createService } from "@chatdb/query-parser/service.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { eventually } from "../../support/eventually.ts";
import { startShop, type TestShop } from "../support/shop.ts";

const log = createLogger("test", "silent");
const query = "how many customers are there in Germany?";

describe("query-parser feedback", () => {
  let shop: TestShop;
  let connector: FastifyInstance;
  let dbConnectorUrl: string;
  let bus: EventBus;
  let app: FastifyInstance;
  let said: { key: string; value: QueryFeedback }[];
  let plan: ParseResponse["plan"];

  before(async () => {
    shop = await startShop();
    connector = await createConnector({ dataSources: [shop.settings], log });
    dbConnectorUrl = await connector.listen({ host: "127.0.0.1", port: 0 });
    bus = createMemoryEventBus();
    await bus.subscribe({
      group: "test",
      topics: [topics.queryFeedback],
      handle: ({ key, value }) => Promise.resolve(void said.push({ key, value: queryFeedback.parse(value) })),
    });
    app = await createService({ dbConnectorUrl, bus, log });
    ({ plan } = parseResponse.parse((await app.inject({ method: "POST", url: "/parse", payload: { query } })).json()));
  });
  beforeEach(() => {
    said = [];
  });
  after(async () => {
    await app.close();
    await bus.close();
    await connector.close();
    await shop.close();
  });

  const give = (payload: object, headers: Record<string, string> = {}, service = app) =>
    service.inject({ method: "POST", url: "/feedback", payload, headers });

  it("is published with its author and time, keyed by data source", async () => {
    const correction = { ...plan, where: [] };
    expect(
      (await give({ query, datasource: "shop", plan, verdict: "right" }, { "x-chatdb-user": "ada" })).statusCode,
    ).to.equal(204);
    expect((await give({ query, datasource: "shop", plan, verdict: "corrected", correction })).statusCode).to.equal(
      204,
    );
    await eventually(() => expect(said.length).to.equal(2));
    expect(said.map(({ key }) => key)).to.deep.equal(["shop", "shop"]);
    expect(said[0]!.value).to.deep.include({ query, plan, verdict: "right", user: "ada" });
    expect(said[1]!.value).to.deep.include({ plan, verdict: "corrected", correction }).and.not.to.have.property("user");
  });

  it("is rejected with an unknown verdict, or with a correction where none belongs or a missing one", async () => {
    const right = { query, datasource: "shop", plan, verdict: "right" };
    for (const wrong of [
      {},
      { ...right, verdict: "perhaps" },
      { ...right, plan: 5 },
      { ...right, correction: plan },
      { ...right, verdict: "corrected" },
      { ...right, query: " " },
    ]) {
      expect((await give(wrong)).statusCode, JSON.stringify(wrong).slice(0, 80)).to.equal(400);
    }
  });

  it("is rejected with plans that do not fit the schema, and for unknown data sources", async () => {
    const elsewhere = JSON.parse(JSON.stringify(plan).replaceAll('"customers"', '"__proto__"')) as object;
    const response = await give({ query, datasource: "shop", plan: {}, verdict: "corrected", correction: elsewhere });
    expect(response.statusCode).to.equal(422);
    expect(response.json<{ detail: string }>().detail).to.match(/^plan: .* correction: /);
    expect((await give({ query, datasource: "constructor", plan, verdict: "right" })).statusCode).to.equal(404);
    expect(said).to.deep.equal([]);
  });

  it("is answered with an error when the bus does not accept it", async () => {
    const failing = await createService({
      dbConnectorUrl,
      bus: { ...bus, publish: () => Promise.reject(new Error("no broker")) },
      log,
    });
    expect((await give({ query, datasource: "shop", plan, verdict: "wrong" }, {}, failing)).statusCode).to.equal(503);
    await failing.close();
  });
});
