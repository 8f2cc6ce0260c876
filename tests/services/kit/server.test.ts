import { Writable } from "node:stream";
import { expect } from "chai";
import pino from "pino";
import { z } from "zod";
import { createLogger } from "@platform/kit/log.ts";
import { Problem } from "@platform/kit/problem.ts";
import type { App } from "@platform/kit/app.ts";
import { createServer, type ServerOptions } from "@platform/kit/server.ts";

const silent = createLogger("test", "silent");

describe("service server", () => {
  let app: App;
  const create = (options: Partial<ServerOptions> = {}) => {
    app = createServer({ name: "test", log: silent, ...options });
    app.post("/things/:id", {
      schema: {
        params: z.object({ id: z.coerce.number() }),
        body: z.object({ name: z.string().min(1), tags: z.array(z.string()) }),
        response: { 200: z.object({ id: z.number(), name: z.string() }) },
      },
      handler: ({ params, body }) => Promise.resolve({ id: params.id, name: body.name }),
    });
    return app;
  };
  const post = (payload: object | string, url = "/things/1") =>
    app.inject({ method: "POST", url, payload, headers: { "content-type": "application/json" } });
  afterEach(() => app.close());

  describe("request ids", () => {
    it("are kept when the request has one, and generated otherwise", async () => {
      create();
      const { headers } = await app.inject({ url: "/health", headers: { "x-request-id": "abc-1" } });
      expect(headers["x-request-id"]).to.equal("abc-1");
      expect((await app.inject("/health")).headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
    });

    for (const forged of ['a" level="fatal', "x".repeat(129), "<script>", ""]) {
      it(`are replaced when they are not safe to log: ${forged.slice(0, 20)}`, async () => {
        create();
        const { headers } = await app.inject({ url: "/health", headers: { "x-request-id": forged } });
        expect(headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
      });
    }
  });

  describe("errors", () => {
    it("name each invalid field", async () => {
      create();
      const answer = await post({ name: "", tags: [1] });
      expect(answer.statusCode).to.equal(400);
      expect(answer.headers["content-type"]).to.equal("application/problem+json");
      const body = answer.json<{ errors: { path: string }[]; [member: string]: unknown }>();
      expect(body).to.include({
        type: "urn:problem-type:platform:invalid-request",
        title: "The request is not valid",
        status: 400,
        instance: "/things/1",
        requestId: answer.headers["x-request-id"],
      });
      expect(body.errors.map(({ path }) => path)).to.deep.equal(["body.name", "body.tags.0"]);
    });

    it("explain Fastify's refusals: invalid JSON, no body, wrong media type, body too large", async () => {
      create();
      const xml = await app.inject({
        method: "POST",
        url: "/things/1",
        payload: "<a/>",
        headers: { "content-type": "text/xml" },
      });
      const answers = [await post("{"), await post(""), xml, await post({ name: "x".repeat(1024 * 1024), tags: [] })];
      expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([400, 400, 415, 413]);
      for (const { headers } of answers) expect(headers["content-type"]).to.equal("application/problem+json");
      expect(answers.map((answer) => answer.json<{ type: string }>().type)).to.deep.equal(
        ["invalid-request", "invalid-request", "unsupported-media-type", "payload-too-large"].map(
          (name) => `urn:problem-type:platform:${name}`,
        ),
      );
    });

    it("are returned as thrown, with their extension members", async () => {
      create();
      const strangeWord = { urn: "urn:problem-type:test:strange-word", title: "A strange word", status: 422 };
      app.get("/thrown", () => Promise.reject(new Problem(strangeWord, "I did not understand: foo", { near: "foo" })));
      const answer = await app.inject("/thrown?q=1");
      expect(answer.json()).to.deep.equal({
        near: "foo",
        type: "urn:problem-type:test:strange-word",
        title: "A strange word",
        status: 422,
        detail: "I did not understand: foo",
        instance: "/thrown",
        requestId: answer.headers["x-request-id"],
      });
    });

    it("that are internal go to the log only", async () => {
      const lines: string[] = [];
      const log = pino(
        {},
        new Writable({ write: (line: Buffer, _encoding, done) => (lines.push(line.toString()), done()) }),
      );
      create({ log });
      app.get("/broken", () => Promise.reject(new Error("password=1234")));
      const answer = await app.inject("/broken");
      expect(answer.statusCode).to.equal(500);
      expect(answer.body).not.to.include("1234");
      expect(lines.join()).to.include("1234").and.to.include(answer.headers["x-request-id"]);
    });

    it("cover routes that do not exist", async () => {
      create();
      const answer = await app.inject({ method: "DELETE", url: "/nothing?x=1" });
      expect(answer.statusCode).to.equal(404);
      expect(answer.json()).to.include({
        type: "urn:problem-type:platform:route-not-found",
        detail: "There is no DELETE /nothing here.",
      });
    });
  });

  describe("probes", () => {
    it("report liveness independently of dependencies, at a configurable path", async () => {
      create({ healthPath: "/actuator/health", checks: { database: () => Promise.reject(new Error("down")) } });
      expect((await app.inject("/actuator/health")).statusCode).to.equal(200);
      expect((await app.inject("/health")).statusCode).to.equal(404);
    });

    it("report readiness when all dependencies answer, and name those that do not", async () => {
      let broken = false;
      create({
        checks: {
          database: () => Promise.resolve(1),
          kafka: () => (broken ? Promise.reject(new Error("no broker")) : Promise.resolve()),
        },
      });
      expect((await app.inject("/ready")).json()).to.deep.equal({
        status: "ready",
        checks: { database: "ok", kafka: "ok" },
      });
      broken = true;
      const answer = await app.inject("/ready");
      expect(answer.statusCode).to.equal(503);
      expect(answer.json()).to.deep.equal({ status: "not ready", checks: { database: "ok", kafka: "no broker" } });
    });

    it("report no readiness when a check throws or hangs", async () => {
      create({
        checks: {
          thrown: () => {
            throw new Error("at once");
          },
          hanging: () => new Promise(() => undefined),
        },
      });
      const answer = await app.inject("/ready");
      expect(answer.json()).to.deep.equal({
        status: "not ready",
        checks: { thrown: "at once", hanging: "no answer within 2000 ms" },
      });
    });

    it("report liveness but no readiness while draining, when requests are still served", async () => {
      create();
      app.readiness.draining = true;
      expect((await app.inject("/ready")).statusCode).to.equal(503);
      expect((await app.inject("/health")).statusCode).to.equal(200);
      expect((await post({ name: "a", tags: [] })).json()).to.deep.equal({ id: 1, name: "a" });
    });
  });

  it("measures requests by route, not by path", async () => {
    create();
    for (const id of [1, 2, 3]) await post({ name: "a", tags: [] }, `/things/${id}`);
    await app.inject("/nothing/1");
    const { body, headers } = await app.inject("/metrics");
    expect(headers["content-type"]).to.include("text/plain");
    expect(body).to.include('http_request_duration_seconds_count{method="POST",route="/things/:id",status="200"} 3');
    expect(body).to.include('http_request_duration_seconds_count{method="GET",route="unknown",status="404"} 1');
    expect(body).not.to.include("/things/2");
  });

  it("describes its routes as OpenAPI, without the operational ones", async () => {
    create({ description: "Things." });
    const document = (await app.inject("/openapi.json")).json<{
      info: object;
      paths: Record<string, { post: { requestBody: object; responses: object } }>;
    }>();
    expect(document).to.include({ openapi: "3.1.0" });
    expect(document.info).to.include({ title: "test", description: "Things." });
    expect(Object.keys(document.paths)).to.deep.equal(["/things/{id}"]);
    expect(JSON.stringify(document.paths["/things/{id}"]?.post.requestBody)).to.include('"required":["name","tags"]');
    expect(document.paths["/things/{id}"]?.post.responses).to.deep.include({
      default: { $ref: "#/components/responses/Problem" },
    });
    expect(JSON.stringify(document)).to.include('"required":["type","title","status","detail"]');
  });
});
