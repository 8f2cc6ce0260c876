import { request as openRequest, STATUS_CODES, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { answerQueries } from "@chatdb/api-gateway/query.ts";
import { routes, type Upstreams } from "@chatdb/api-gateway/routes.ts";
import { createService } from "@chatdb/api-gateway/service.ts";
import { answer } from "@chatdb/contracts/answer.ts";
import type { ParseResponse, QueryResult } from "@chatdb/contracts/query.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import { eventually } from "../../support/eventually.ts";
import { answerJson, ask, FakeUpstreams, names } from "./upstreams.ts";

const query = "how many customers are there in Germany?";
const parsed: ParseResponse = {
  query,
  datasource: "shop & co",
  dialect: "postgresql",
  statement: { sql: "SELECT count(*) FROM customers WHERE country = $1", params: ["Germany"] },
  plan: { from: "customers" },
  reading: "the number of customers whose country is Germany",
  confidence: 0.9,
  read_by: "engine",
  alternatives: [
    {
      plan: { from: "orders" },
      reading: "the number of orders of customers in Germany",
      confidence: 0.2,
      read_by: "engine",
    },
  ],
};
const result: QueryResult = {
  columns: [{ name: "count", type: "bigint" }],
  rows: [[7]],
  rowCount: 1,
  truncated: false,
  took_ms: 3.5,
};

describe("api-gateway: POST /api/query and its own routes", () => {
  const log = createLogger("test", "silent");
  const upstreams = new FakeUpstreams();
  let app: FastifyInstance;
  let base: string;
  let addresses: Upstreams;
  let calls: { by: string; url: string; id: unknown; body: unknown }[];

  /** Answers as the contract says, and keeps what was asked. */
  const answering = (by: "queryParser" | "dbConnector", body: unknown, status = 200, type?: string) => {
    upstreams.instead[by] = (request: IncomingMessage, response) =>
      void text(request).then((asked) => {
        calls.push({
          by,
          url: `${request.method} ${request.url}`,
          id: request.headers["x-request-id"],
          body: JSON.parse(asked),
        });
        answerJson(response, status, body, type);
      });
  };
  const put = (body: unknown, headers: Record<string, string> = {}) =>
    ask(base, "/api/query", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  beforeEach(async () => {
    calls = [];
    upstreams.reset();
    addresses = await upstreams.start();
    app = await createService({ upstreams: addresses, log });
    base = await app.listen({ host: "127.0.0.1", port: 0 });
    answering("queryParser", parsed);
    answering("dbConnector", result);
  });
  afterEach(async () => {
    await app.close();
    await upstreams.stop();
  });

  it("answers a question with rows", async () => {
    const { status, json } = await put({ query, datasource: "shop & co" }, { "x-request-id": "q-1" });
    expect(status).to.equal(200);
    const { took_ms, timings, ...rest } = answer.strict().parse(json);
    expect(rest).to.deep.equal({ ...parsed, columns: result.columns, rows: [[7]], row_count: 1, truncated: false });
    expect(timings.parse_ms).to.be.above(0);
    expect(timings.execute_ms).to.be.above(0);
    expect(took_ms).to.be.closeTo(timings.parse_ms + timings.execute_ms, 5);
    expect(calls).to.deep.equal([
      { by: "queryParser", url: "POST /parse", id: "q-1", body: { query, datasource: "shop & co" } },
      { by: "dbConnector", url: "POST /datasources/shop%20%26%20co/query", id: "q-1", body: parsed.statement },
    ]);
  });

  it("lets the query-parser choose the data source if the request names none", async () => {
    expect((await put({ query })).status).to.equal(200);
    expect(calls[0]?.body).to.deep.equal({ query });
  });

  for (const [what, body] of [
    ["no query", {}],
    ["an empty query", { query: "  " }],
    ["a query too long", { query: "x".repeat(2001) }],
    ["a query that is no text", { query: 7 }],
    ["a data source that is no text", { query, datasource: 7 }],
    ["no object", []],
  ] as const) {
    it(`answers 400 for ${what} without calling a service`, async () => {
      const { status, type, json } = await put(body);
      expect(status).to.equal(400);
      expect(type).to.include("application/problem+json");
      expect(json?.errors).to.be.an("array").that.is.not.empty;
      expect(calls).to.deep.equal([]);
    });
  }

  it("answers 400 for a body that is not JSON", async () => {
    const { status, type } = await ask(base, "/api/query", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(status).to.equal(400);
    expect(type).to.include("application/problem+json");
  });

  it("forwards the query-parser's problem with all its members", async () => {
    const refusal = {
      type: "urn:problem-type:chatdb:question-not-understood",
      title: STATUS_CODES[422],
      status: 422,
      detail: "I did not understand: frobnicate",
      words: ["frobnicate"],
      suggestions: [{ try: "x" }],
      instance: "/parse",
      requestId: "other",
    };
    answering("queryParser", refusal, 422, "application/problem+json");
    const { status, type, json } = await put({ query }, { "x-request-id": "q-2" });
    expect(status).to.equal(422);
    expect(type).to.include("application/problem+json");
    expect(json).to.deep.equal({ ...refusal, instance: "/api/query", requestId: "q-2" });
    expect(calls.map(({ by }) => by)).to.deep.equal(["queryParser"]);
  });

  for (const by of ["queryParser", "dbConnector"] as const) {
    it(`answers 502 when ${by} cannot be reached`, async () => {
      await upstreams.take(by);
      const { status, type, json } = await put({ query });
      expect(status).to.equal(502);
      expect(type).to.include("application/problem+json");
      expect(json?.detail).to.match(/cannot be reached/);
    });

    for (const [what, body] of [
      ["with an unknown shape", { hello: 1 }],
      ["with no object", "x"],
    ] as const) {
      it(`answers 502 when ${by} answers ${what}`, async () => {
        answering(by, body);
        const { status, json } = await put({ query });
        expect(status).to.equal(502);
        expect(json?.detail).to.match(/answered what was not expected/);
      });
    }

    for (const late of [504, 503, 408]) {
      it(`forwards ${late} from ${by}`, async () => {
        answering(
          by,
          { title: "-", status: late, detail: "It took too long.", limit_ms: 5 },
          late,
          "application/problem+json",
        );
        const { status, json } = await put({ query });
        expect(status).to.equal(late);
        expect(json).to.include({ status: late, detail: "It took too long.", limit_ms: 5 });
      });
    }

    it(`answers 504 when ${by} does not answer in time`, async () => {
      upstreams.instead[by] = () => {};
      const impatient = createServer({ name: "test", log });
      answerQueries(impatient, addresses, { parseMs: by === "queryParser" ? 50 : 5000, executeMs: 50 });
      const response = await impatient.inject({ method: "POST", url: "/api/query", payload: { query } });
      await impatient.close();
      expect(response.statusCode).to.equal(504);
      expect(response.headers["content-type"]).to.include("application/problem+json");
      expect(response.json<{ detail: string }>().detail).to.match(/no answer within 50 ms/);
    });

    it(`cancels the request at ${by} when the client disconnects`, async () => {
      let arrived = false;
      let ended = false;
      upstreams.instead[by] = (_request, response) => {
        arrived = true;
        response.once("close", () => (ended = true));
      };
      const { hostname, port } = new URL(base);
      const client = openRequest({
        hostname,
        port,
        path: "/api/query",
        method: "POST",
        agent: false,
        headers: { "content-type": "application/json" },
      });
      client.on("error", () => {});
      client.end(JSON.stringify({ query }));
      await eventually(() => expect(arrived).to.equal(true));
      client.destroy();
      await eventually(() => expect(ended).to.equal(true));
      expect(calls.map(({ by }) => by)).to.deep.equal(by === "dbConnector" ? ["queryParser"] : []);
    });
  }

  it("reports each service's health at /status, from the service's own health path", async () => {
    upstreams.reset();
    upstreams.instead.mlEngine = (_request, response) => answerJson(response, 503, {});
    await upstreams.take("trainingOrchestrator");
    const { status, json } = await ask(base, "/status");
    expect(status).to.equal(200);
    expect(json).to.have.all.keys(...names);
    expect(json).to.include({
      mlEngine: "answers 503",
      queryParser: "ok",
      modelRegistry: "ok",
      predictionService: "ok",
      dbConnector: "ok",
    });
    expect(json?.trainingOrchestrator).to.match(/cannot be reached/);
    const asked = Object.fromEntries(upstreams.seen.map(({ by, url }) => [by, url]));
    expect(asked).to.deep.equal({
      queryParser: "/health",
      modelRegistry: "/health",
      predictionService: "/health",
      dbConnector: "/actuator/health",
    });
  });

  it("is healthy and ready while all upstreams are unavailable", async () => {
    await upstreams.stop();
    expect((await ask(base, "/health")).json).to.deep.equal({ status: "ok" });
    const { status, json } = await ask(base, "/ready");
    expect(status).to.equal(200);
    expect(json).to.include({ status: "ready" });
  });

  it("describes the question and each public prefix once in /openapi.json", async () => {
    const { json } = await ask(base, "/openapi.json");
    const paths = json?.paths as Record<string, Record<string, { requestBody?: unknown }>>;
    expect(Object.keys(paths)).to.have.members([
      "/",
      "/status",
      "/api/query",
      ...routes.map(({ prefix }) => `/api${prefix}`),
    ]);
    expect(paths["/api/query"]?.post?.requestBody).to.be.an("object");
  });

  it("explains at / how to ask", async () => {
    const { status, type, text } = await ask(base, "/");
    expect(status).to.equal(200);
    expect(type).to.match(/^text\/plain/);
    expect(text).to.include("/api/query").and.include('{"query": ').and.include("/openapi.json");
  });
});
