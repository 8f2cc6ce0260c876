import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { admissionEnv, admissionOf } from "@chatdb/api-gateway/admission-env.ts";
import { routes } from "@chatdb/api-gateway/routes.ts";
import { createService, type Deps } from "@chatdb/api-gateway/service.ts";
import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { createLogger } from "@platform/kit/log.ts";
import { z } from "zod";
import { freePort } from "../../support/free-port.ts";
import { audience, Issuer } from "./issuer.ts";
import { answerJson, ask, FakeUpstreams, type Options } from "./upstreams.ts";

const log = createLogger("test", "silent");
const upstreams = new FakeUpstreams();
let addresses: Deps["upstreams"];
let app: FastifyInstance | undefined;
let base: string;

/** The gateway as the test configures it. */
async function start(deps: Omit<Deps, "upstreams"> = {}): Promise<void> {
  app = await createService({ upstreams: addresses, log, ...deps });
  base = await app.listen({ host: "127.0.0.1", port: 0 });
}

const status = async (path: string, options?: Options) => (await ask(base, path, options)).status;
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

describe("api-gateway: admission", () => {
  before(async () => {
    addresses = await upstreams.start();
  });
  afterEach(async () => {
    upstreams.reset();
    await app?.close();
    app = undefined;
  });
  after(() => upstreams.stop());

  describe("authentication", () => {
    const issuer = new Issuer();
    const oidc = () => ({ issuer: issuer.url, audience });
    before(() => issuer.start());
    after(() => issuer.stop());

    it("is off unless an issuer is configured", async () => {
      await start();
      expect(await status("/models")).to.equal(200);
      expect(await status("/models", { headers: bearing("whatever") })).to.equal(200);
    });

    it("answers 401 without a token, and says where to get one", async () => {
      await start({ oidc: oidc() });
      for (const path of ["/models", "/api/models/x", "/status", "/openapi.json", "/metrics", "/nothing"]) {
        const { status, type, headers, json } = await ask(base, path);
        expect([status, type], path).to.deep.equal([401, "application/problem+json"]);
        expect(headers["www-authenticate"]).to.equal('Bearer realm="chatdb"');
        expect(json!.detail).to.equal(
          `This needs a token: send one of ${issuer.url} for the audience chatdb in the header "authorization: Bearer TOKEN".`,
        );
      }
      expect(upstreams.seen).to.deep.equal([]);
    });

    it("needs no token for probes and the web page", async () => {
      await start({ oidc: oidc(), perMinute: 1 });
      for (const path of ["/health", "/ready", "/", "/page/main.js"]) {
        for (let i = 0; i < 3; i++) expect(await status(path), path).to.equal(200);
      }
      expect(await status("/page/other.js")).to.equal(401);
    });

    it("accepts a valid token at every route", async () => {
      await start({ oidc: oidc() });
      const headers = bearing(await issuer.token());
      expect(await status("/", { headers })).to.equal(200);
      expect(await status("/api/jobs", { method: "POST", headers })).to.equal(200);
      expect(await status("/nothing", { headers })).to.equal(404);
      expect(await status("/models", { headers: { authorization: `bearer   ${await issuer.token()}` } })).to.equal(200);
    });

    it("explains to people and programs why a token is invalid", async () => {
      await start({ oidc: oidc() });
      const { status, headers, json } = await ask(base, "/models", {
        headers: bearing(await issuer.token({ claims: { aud: "payroll" } })),
      });
      expect(status).to.equal(401);
      expect(headers["www-authenticate"]).to.equal(
        `Bearer realm="chatdb", error="invalid_token", error_description="unexpected 'aud' claim value"`,
      );
      expect(json!.detail).to.equal(
        `The token was refused: unexpected "aud" claim value. It has to be one of ${issuer.url} for the audience chatdb.`,
      );
      expect(upstreams.seen).to.deep.equal([]);
    });

    it("accepts a token in a single authorization header only", async () => {
      await start({ oidc: oidc() });
      const token = await issuer.token();
      expect(await status(`/models?access_token=${token}`)).to.equal(401);
      expect(await status("/models", { headers: { authorization: token } })).to.equal(401);
      expect(await status("/models", { headers: { authorization: `Basic ${token}` } })).to.equal(401);
      expect(await status("/models", { headers: { authorization: `Bearer ${token} ${token}` } })).to.equal(401);
    });

    it("refuses a token that is too long", async () => {
      await start({ oidc: oidc() });
      expect(await status("/models", { headers: bearing("x".repeat(9000)) })).to.equal(401);
      expect(await status("/models", { headers: bearing("x".repeat(20_000)) })).to.equal(431);
    });

    it("names the user to the services, and drops a client's own user header", async () => {
      await start({ oidc: oidc() });
      const headers = { ...bearing(await issuer.token({ claims: { sub: "auth0|ada" } })), "X-ChatDB-User": "root" };
      await ask(base, "/api/models", { headers });
      upstreams.instead.queryParser = (request, response) => {
        expect(request.headers["x-chatdb-user"]).to.equal("auth0|ada");
        answerJson(response, 422, { title: "", status: 422, detail: "not understood" }, "application/problem+json");
      };
      const question = {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: '{"query": "how many?"}',
      };
      expect(await status("/api/query", question)).to.equal(422);
      expect(upstreams.seen.map(({ headers }) => headers["x-chatdb-user"])).to.deep.equal(["auth0|ada"]);
      expect(upstreams.seen[0]!.headers).to.not.have.property("authorization");
    });

    it("distinguishes reading from writing by scopes", async () => {
      await start({ oidc: { ...oidc(), scopes: { read: "chatdb.read", write: "chatdb.write" } } });
      const outcome = async (scope: string, method: string, path: string) =>
        status(path, { method, headers: bearing(await issuer.token({ claims: { scope } })) });
      const asking = [
        ["GET", "/models"],
        ["POST", "/api/parse"],
        ["POST", "/predict/x"],
        ["GET", "/api/jobs/7"],
        ["POST", "/datasources/shop/query"],
        ["POST", "/api/datasources/shop/test"],
      ] as const;
      const changing = [
        ["POST", "/jobs"],
        ["PUT", "/api/datasets/a.csv"],
        ["DELETE", "/models/x"],
        ["PATCH", "/api/models/x"],
        ["POST", "/datasources"],
        ["DELETE", "/api/datasources/shop"],
      ] as const;
      for (const [method, path] of asking) {
        expect(await outcome("chatdb.read", method, path), path).to.equal(200);
        expect(await outcome("chatdb.write", method, path), path).to.equal(403);
      }
      for (const [method, path] of changing) {
        expect(await outcome("chatdb.read", method, path), path).to.equal(403);
        expect(await outcome("openid chatdb.write", method, path), path).to.equal(200);
      }
      const { headers, json } = await ask(base, "/api/jobs/7", {
        method: "DELETE",
        headers: bearing(await issuer.token()),
      });
      expect(headers["www-authenticate"]).to.equal(
        'Bearer realm="chatdb", error="insufficient_scope", scope="chatdb.write"',
      );
      expect(json!.detail).to.equal("The token lacks the scope chatdb.write, which DELETE /api/jobs/* needs.");
    });

    it("answers 503 while the issuer is unavailable and its keys unknown", async () => {
      const away = await new Issuer().start();
      await start({ oidc: { issuer: away.url, audience } });
      const headers = bearing(await away.token());
      await away.stop();
      const answer = await ask(base, "/models", { headers });
      expect([answer.status, answer.headers["retry-after"]]).to.deep.equal([503, "1"]);
      expect(answer.json!.detail).to.equal(
        `The issuer ${away.url} cannot be asked whether the token holds. Try again in a moment.`,
      );
      await away.start();
      expect(await status("/models", { headers })).to.equal(200);
      await away.stop();
      expect(await status("/models", { headers })).to.equal(200);
    });

    it("reads its settings from the environment, and refuses incomplete ones", () => {
      const read = (env: Record<string, string>) => admissionOf(readEnv(z.object(admissionEnv), env));
      expect(read({})).to.deep.equal({ perMinute: undefined });
      const full = {
        OIDC_ISSUER: "https://a.example.com/",
        OIDC_AUDIENCE: "chatdb",
        OIDC_WRITE_SCOPE: "w",
        RATE_LIMIT_PER_MINUTE: "60",
      };
      expect(read(full)).to.deep.equal({
        oidc: {
          issuer: "https://a.example.com/",
          audience: "chatdb",
          scopes: { read: undefined, write: "w" },
          scopeClaim: undefined,
          clientId: undefined,
        },
        perMinute: 60,
      });
      expect(() => read({ OIDC_ISSUER: "https://a.example.com" })).to.throw(ConfigurationError, "OIDC_AUDIENCE");
      expect(() => read({ OIDC_ISSUER: "a.example.com" })).to.throw(ConfigurationError, "OIDC_ISSUER");
    });
  });

  describe("rate limit", () => {
    const statuses = async (count: number, path: string, options?: Options) => {
      const all = [];
      for (let i = 0; i < count; i++) all.push(await status(path, options));
      return all;
    };
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

    it("is off unless configured", async () => {
      await start();
      expect(await statuses(20, "/models")).to.deep.equal(Array(20).fill(200));
      expect((await ask(base, "/models")).headers).to.not.have.property("x-ratelimit-limit");
    });

    it("counts a client's requests to all paths, and says how long to wait", async () => {
      await start({ perMinute: 3 });
      expect([await status("/models"), await status("/nothing"), await status("/openapi.json")]).to.deep.equal([
        200, 404, 200,
      ]);
      const { status: refused, type, headers, json } = await ask(base, "/api/jobs");
      expect([refused, type]).to.deep.equal([429, "application/problem+json"]);
      expect(Number(headers["retry-after"])).to.be.within(1, 60);
      expect(headers).to.include({ "x-ratelimit-limit": "3", "x-ratelimit-remaining": "0" });
      expect(json!.detail).to.match(/^These are more than 3 requests within a minute\. Try again in \d+ s\.$/);
      expect(upstreams.seen).to.have.lengthOf(1);
    });

    it("ignores the address that a client claims", async () => {
      await start({ perMinute: 2 });
      expect([
        await status("/models", from("192.0.2.1")),
        ...(await statuses(2, "/models", from("192.0.2.2"))),
      ]).to.deep.equal([200, 200, 429]);
    });

    it("believes a trusted proxy's address of the client only", async () => {
      await start({ perMinute: 1, trustedProxies: 1 });
      expect(await statuses(2, "/models", from("192.0.2.1"))).to.deep.equal([200, 429]);
      expect(await statuses(2, "/models", from("192.0.2.2"))).to.deep.equal([200, 429]);
      expect(await status("/models", from("192.0.2.3, 192.0.2.1"))).to.equal(429);
    });

    it("counts an IPv6 network as one client", async () => {
      await start({ perMinute: 1, trustedProxies: 1 });
      expect([
        await status("/models", from("2001:db8::1")),
        await status("/models", from("2001:db8::ffff:2")),
      ]).to.deep.equal([200, 429]);
      expect(await status("/models", from("2001:db8:0:1::1"))).to.equal(200);
    });

    it("counts by identity, and by address without one", async () => {
      const issuer = await new Issuer().start();
      await start({ perMinute: 2, oidc: { issuer: issuer.url, audience } });
      const as = async (sub: string) => ({ headers: bearing(await issuer.token({ claims: { sub } })) });
      expect(await statuses(3, "/models", await as("ada"))).to.deep.equal([200, 200, 429]);
      expect(await statuses(3, "/models", await as("bob"))).to.deep.equal([200, 200, 429]);
      expect(await statuses(3, "/models", { headers: bearing("guess") })).to.deep.equal([401, 401, 429]);
      expect(await status("/models")).to.equal(429);
      await issuer.stop();
    });
  });

  describe("security headers", () => {
    const expected = {
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    };

    it("forbid a browser to run or cache any answer", async () => {
      await start({ perMinute: 3 });
      upstreams.instead.modelRegistry = (_request, response) => {
        response
          .writeHead(200, { "content-type": "text/html", "content-security-policy": "default-src *" })
          .end("<script>");
      };
      for (const path of ["/", "/nothing", "/models/page", "/models/page"])
        expect((await ask(base, path)).headers, path).to.include(expected);
    });

    it("let a service decide how long its answer is cached", async () => {
      await start();
      upstreams.instead.modelRegistry = (_request, response) =>
        void response.writeHead(200, { "cache-control": "private, max-age=60" }).end();
      expect((await ask(base, "/models")).headers["cache-control"]).to.equal("private, max-age=60");
    });

    it("keep browsers on HTTPS when the proxy received the request over HTTPS", async () => {
      await start({ trustedProxies: 1 });
      const answer = (proto: string) => ask(base, "/", { headers: { "x-forwarded-proto": proto } });
      expect((await answer("https")).headers["strict-transport-security"]).to.equal("max-age=31536000");
      expect((await answer("http")).headers).to.not.have.property("strict-transport-security");
    });

    it("give pages of other sites no access", async () => {
      await start();
      expect((await ask(base, "/models", { headers: { origin: "https://example.com" } })).headers).to.not.have.property(
        "access-control-allow-origin",
      );
    });
  });

  describe("the HTTP server", () => {
    it("serves metrics at a separate address only", async () => {
      const port = await freePort();
      await start({ metrics: { host: "127.0.0.1", port } });
      await ask(base, "/models");
      expect(await status("/metrics")).to.equal(404);
      const { status: found, text } = await ask(`http://127.0.0.1:${port}`, "/metrics");
      expect(found).to.equal(200);
      expect(text).to.include('http_request_duration_seconds_count{method="GET",route="/models",status="200"} 1');
      expect(await ask(`http://127.0.0.1:${port}`, "/models").then(({ status }) => status)).to.equal(404);
    });

    it("serves metrics at its own address by default", async () => {
      await start();
      expect(await status("/metrics")).to.equal(200);
    });

    it("limits slow headers more than uploads, and keeps idle connections longer than load balancers do", async () => {
      await start();
      const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = app!.server;
      expect(Math.max(...routes.map(({ timeoutMs }) => timeoutMs))).to.be.lessThan(timeout);
      expect(headersTimeout).to.be.lessThan(timeout).and.greaterThan(0);
      expect([requestTimeout, keepAliveTimeout]).to.deep.equal([3_600_000, 620_000]);
    });

    it("disconnects a client that stops in the middle of a request", async () => {
      await start();
      app!.server.timeout = 100;
      const socket = connect(Number(new URL(base).port), "127.0.0.1");
      socket.write("POST /models HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n1");
      await once(socket, "close");
    });
  });
});
