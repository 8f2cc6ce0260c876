import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request as openRequest, type RequestListener } from "node:http";
import { Readable } from "node:stream";
import { expect } from "chai";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { proxyRoutes } from "@chatdb/api-gateway/proxy.ts";
import { routes } from "@chatdb/api-gateway/routes.ts";
import { createService } from "@chatdb/api-gateway/service.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { createServer as createApp } from "@chatdb/kit/server.ts";
import { eventually } from "../support/eventually.ts";
import { answerJson, ask, digestOf, FakeUpstreams, listening, names, open, type Seen } from "./upstreams.ts";

const MiB = 1024 * 1024;

/** `count` different mebibytes; the sum is of them all. */
function mebibytes(count: number): { stream: Readable; sha256: string } {
  const block = (i: number) => Buffer.alloc(MiB, `block ${i},`);
  const hash = createHash("sha256");
  for (let i = 0; i < count; i++) hash.update(block(i));
  function* blocks() {
    for (let i = 0; i < count; i++) yield block(i);
  }
  return { stream: Readable.from(blocks()), sha256: hash.digest("hex") };
}

/** Bytes by which the process grew at most while `work` ran. */
async function growthDuring(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  await work().finally(() => clearInterval(watch));
  return most - before;
}

describe("api-gateway: passing requests on", () => {
  const log = createLogger("test", "silent");
  const upstreams = new FakeUpstreams();
  let app: FastifyInstance;
  let base: string;
  const saw = (): Seen => {
    expect(upstreams.seen).to.have.lengthOf(1);
    return upstreams.seen[0]!;
  };

  before(async () => {
    app = await createService({ upstreams: await upstreams.start(), log });
    base = await app.listen({ host: "127.0.0.1", port: 0 });
  });
  beforeEach(() => upstreams.reset());
  after(async () => {
    await app.close();
    await upstreams.stop();
  });

  describe("where to", () => {
    for (const { prefix, upstream, only } of routes) {
      for (const outer of [prefix, `/api${prefix}`]) {
        it(`${outer} is ${upstream}'s`, async () => {
          await ask(base, `${outer}?q=${encodeURIComponent("?/ä")}`);
          await ask(base, outer);
          expect(upstreams.seen.map(({ by, url }) => `${by} ${url}`)).to.deep.equal([
            `${upstream} ${only ?? prefix}?q=%3F%2F%C3%A4`,
            `${upstream} ${only ?? prefix}`,
          ]);
        });

        it(`${outer}/… is ${only === undefined ? `${upstream}'s too` : "nobody's"}`, async () => {
          const { status } = await ask(base, `${outer}/a%20b%2Fc/d?x=1&y=%26&x=2`);
          if (only === undefined) expect(upstreams.seen.map(({ by, url }) => `${by} ${url}`)).to.deep.equal([`${upstream} ${prefix}/a%20b%2Fc/d?x=1&y=%26&x=2`]);
          else expect({ status, seen: upstreams.seen }).to.deep.equal({ status: 404, seen: [] });
        });
      }
    }

    for (const path of [
      "/models/../jobs",
      "/models/%2e%2e/jobs",
      "/models/.%2E/jobs",
      "/models/a\\..\\..\\metrics",
      "/models/..%5cmetrics",
      "/models\\..\\jobs",
      "/models/%2e%2e%2fjobs",
      "/models/..",
      "/api/models/../../metrics",
      "/engine/../jobs",
      "/%6dodels/../jobs",
    ]) {
      it(`refuses ${path}`, async () => {
        const { status, type } = await ask(base, path);
        expect(status).to.be.oneOf([400, 404]);
        expect(type).to.include("application/problem+json");
        expect(upstreams.seen).to.deep.equal([]);
      });
    }

    it("leaves dots alone that are part of a name", async () => {
      await ask(base, "/datasets/a..b/c..csv");
      expect(saw().url).to.equal("/datasets/a..b/c..csv");
    });

    it("knows a prefix that has encoded characters, and an address in full", async () => {
      await ask(base, "/%6dodels/x");
      await ask(base, "/api/%6a%6Fbs/7?a=b");
      await ask(base, "http://example.com/models/x?y");
      expect(upstreams.seen.map(({ url }) => url)).to.deep.equal(["/models/x", "/jobs/7?a=b", "/models/x?y"]);
    });

    it("whatever the path, what arrives is below the prefix of its owner", async () => {
      const segment = fc.oneof(fc.constantFrom("..", ".", "%2e%2e", "", "\\", "..\\", "%5c", "%2f", "jobs", "models", "api", "metrics", "%", "#", "?"), fc.string({ maxLength: 4 }).map((text) => encodeURIComponent(text.toWellFormed())));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom("models", "api/models", "jobs", "%6dodels"), fc.array(segment, { maxLength: 5 }), async (first, rest) => {
          upstreams.reset();
          const { status } = await ask(base, `/${[first, ...rest].join("/")}`);
          expect(status).to.be.oneOf([200, 400, 404]);
          for (const { by, url } of upstreams.seen) {
            const owned = { modelRegistry: "/models", trainingOrchestrator: "/jobs" }[by as string]!;
            expect(new URL(url, "http://x").pathname).to.match(new RegExp(`^${owned}($|/)`));
            expect(by).to.equal(first === "jobs" ? "trainingOrchestrator" : "modelRegistry");
          }
        }),
        { numRuns: 200 },
      );
    });

    for (const path of ["/nothing", "/api", "/api/nothing", "/modelsx", "//models", "/actuator/health"]) {
      it(`404 for ${path}`, async () => {
        const { status, type, json } = await ask(base, path);
        expect([status, json?.status]).to.deep.equal([404, 404]);
        expect(type).to.include("application/problem+json");
        expect(upstreams.seen).to.deep.equal([]);
      });
    }

    it("400 for a path that is no URL", async () => {
      expect((await ask(base, "/models/%zz")).status).to.equal(400);
      expect(upstreams.seen).to.deep.equal([]);
    });
  });

  describe("requests", () => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
      it(`${method} stays ${method}`, async () => {
        const { status, text } = await ask(base, "/models/m", { method });
        expect(status).to.equal(200);
        expect(saw().method).to.equal(method);
        expect(text === "").to.equal(method === "HEAD");
      });
    }

    it("keeps the request's headers, but those of the connection and those that are the gateway's own", async () => {
      const { host } = new URL(base);
      await ask(base, "/models", { headers: { authorization: "Bearer t", "x-chatdb-user": "root", accept: "text/csv", "x-own": "1", "keep-alive": "timeout=9", connection: "x-hop", "x-hop": "2", host } });
      const { headers } = saw();
      expect(headers).to.include({ accept: "text/csv", "x-own": "1" });
      expect(headers).to.not.have.any.keys("keep-alive", "x-hop", "authorization", "x-chatdb-user");
      expect(headers.host).to.not.equal(host);
    });

    it("gives a request an id, passes it on and tells it", async () => {
      const { headers } = await ask(base, "/models");
      expect(headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
      expect(saw().headers["x-request-id"]).to.equal(headers["x-request-id"]);
    });

    it("keeps an id that it was given", async () => {
      const { headers } = await ask(base, "/models", { headers: { "x-request-id": "abc-1" } });
      expect([headers["x-request-id"], saw().headers["x-request-id"]]).to.deep.equal(["abc-1", "abc-1"]);
    });

    for (const [type, body] of [
      ["text/csv", "a,b\n1,2\n"],
      ["application/json", "{ not json"],
      ["application/octet-stream", "\0\x01"],
      ["no/such+type; a=b", "x"],
      ["", "no type"],
    ] as const) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        it(`${method} of ${type || "no type"} is passed on as it is`, async () => {
          await ask(base, "/datasets/d", { method, headers: { ...(type && { "content-type": type }), "content-length": String(Buffer.byteLength(body)) }, body });
          expect(saw()).to.deep.include({ method, bytes: Buffer.byteLength(body), sha256: createHash("sha256").update(body).digest("hex") });
          expect(saw().headers["content-type"]).to.equal(type || undefined);
        });
      }
    }

    it("takes a body that the client announces with expect: 100-continue, as curl does", async () => {
      const { status } = await ask(base, "/datasets/d", { method: "PUT", headers: { expect: "100-continue", "content-type": "text/csv" }, body: "a\n1\n" });
      expect(status).to.equal(200);
      expect(saw().bytes).to.equal(4);
    });

    it("leaves the body of a GET behind", async () => {
      const { status } = await ask(base, "/models", { headers: { "content-length": "2", "content-type": "text/plain" }, body: "hi" });
      expect(status).to.equal(200);
      expect(saw()).to.include({ method: "GET", bytes: 0 });
    });
  });

  describe("streams", () => {
    it("50 MiB up", async () => {
      const { stream, sha256 } = mebibytes(50);
      const growth = await growthDuring(() => ask(base, "/datasets/big", { method: "PUT", headers: { "content-type": "text/csv" }, body: stream }));
      expect(saw()).to.include({ bytes: 50 * MiB, sha256 });
      expect(growth).to.be.below(150 * MiB);
    });

    it("50 MiB down", async () => {
      const { stream, sha256 } = mebibytes(50);
      upstreams.instead.modelRegistry = (_request, response) => void stream.pipe(response.writeHead(200, { "content-length": String(50 * MiB) }));
      const growth = await growthDuring(async () => {
        const answer = await open(base, "/api/models/m/1/artifact");
        expect(answer.headers["content-length"]).to.equal(String(50 * MiB));
        expect(await digestOf(answer)).to.deep.equal({ bytes: 50 * MiB, sha256 });
      });
      expect(growth).to.be.below(150 * MiB);
    });

    it("passes the begin of an upload on before its end is there", async () => {
      const pieces: string[] = [];
      upstreams.instead.modelRegistry = (request, response) =>
        void request.on("data", (piece) => pieces.push(String(piece))).once("end", () => response.end());
      const { hostname, port } = new URL(base);
      const upload = openRequest({ hostname, port, path: "/datasets/d", method: "PUT", agent: false });
      upload.write("first");
      await eventually(() => expect(pieces).to.deep.equal(["first"]));
      upload.end("last");
      const [answer] = (await once(upload, "response")) as [Readable];
      answer.resume();
      await once(answer, "end");
      expect(pieces.join("")).to.equal("firstlast");
    });

    it("passes the begin of a download on before its end is there", async () => {
      let finish = () => {};
      upstreams.instead.modelRegistry = (_request, response) => {
        response.writeHead(200).write("first");
        finish = () => void response.end("last");
      };
      const answer = await open(base, "/models/m/1/artifact");
      expect(String((await once(answer, "data"))[0])).to.equal("first");
      finish();
      expect(String((await once(answer, "data"))[0])).to.equal("last");
    });

    it("a download that the client leaves is ended at the upstream", async () => {
      let left = false;
      upstreams.instead.modelRegistry = (_request, response) => {
        response.once("close", () => (left = true));
        response.writeHead(200).write("begin");
      };
      (await open(base, "/models/m/1/artifact")).destroy();
      await eventually(() => expect(left).to.equal(true));
    });

    it("a request that the client leaves before its answer begins is ended at the upstream", async () => {
      let arrived = false;
      let left = false;
      upstreams.instead.dbConnector = (request, response) => {
        arrived = true;
        request.resume();
        response.once("close", () => (left = true));
      };
      const { hostname, port } = new URL(base);
      const asking = openRequest({ hostname, port, path: "/datasources/shop/query", method: "POST", agent: false });
      asking.on("error", () => {});
      asking.end("{}");
      await eventually(() => expect(arrived).to.equal(true));
      asking.destroy();
      await eventually(() => expect(left).to.equal(true));
    });

    it("an upload that the client leaves is ended at the upstream", async () => {
      let begun = false;
      let left = false;
      upstreams.instead.modelRegistry = (request) => {
        request.once("data", () => (begun = true)).once("error", () => (left = true));
      };
      const { hostname, port } = new URL(base);
      const upload = openRequest({ hostname, port, path: "/datasets/d", method: "PUT", agent: false });
      upload.on("error", () => {});
      upload.write("begin");
      await eventually(() => expect(begun).to.equal(true));
      upload.destroy();
      await eventually(() => expect(left).to.equal(true));
    });
  });

  describe("answers", () => {
    for (const status of [201, 202, 204, 301, 400, 401, 404, 409, 422, 429, 500, 502, 503]) {
      it(`passes ${status} on as it is, once asked`, async () => {
        let asked = 0;
        const body = status === 204 ? "" : `{"own": ${status}}`;
        upstreams.instead.predictionService = (_request, response) => {
          asked += 1;
          response.writeHead(status, { "content-type": "application/problem+json", location: "/jobs/1", "retry-after": "1", "x-own": "y", "set-cookie": ["a=1", "b=2"] }).end(body);
        };
        const answer = await ask(base, "/api/predict");
        expect([answer.status, answer.text, asked]).to.deep.equal([status, body, 1]);
        expect(answer.headers).to.deep.include({ location: "/jobs/1", "retry-after": "1", "x-own": "y", "set-cookie": ["a=1", "b=2"] });
      });
    }

    it("keeps its own connection and request id, whatever the upstream says of them", async () => {
      upstreams.instead.modelRegistry = (_request, response) =>
        void response.writeHead(200, { connection: "close", "keep-alive": "timeout=77", "x-request-id": "theirs" }).end();
      const { headers } = await ask(base, "/models", { headers: { "x-request-id": "ours", connection: "keep-alive" } });
      expect(headers["x-request-id"]).to.equal("ours");
      expect(headers.connection).to.equal("keep-alive");
      expect(headers["keep-alive"]).to.not.equal("timeout=77");
    });

    it("HEAD tells the length and 304 has no body", async () => {
      upstreams.instead.modelRegistry = (request, response) =>
        request.method === "HEAD" ? void response.writeHead(200, { "content-length": "123" }).end() : void response.writeHead(304, { etag: '"x"' }).end();
      expect((await ask(base, "/models", { method: "HEAD" })).headers["content-length"]).to.equal("123");
      const { status, headers } = await ask(base, "/models");
      expect([status, headers.etag]).to.deep.equal([304, '"x"']);
    });

    it("502 when the upstream hangs up before it answers", async () => {
      upstreams.instead.modelRegistry = (request) => void request.socket.destroy();
      for (const options of [{}, { method: "PUT", body: "x" }]) {
        const { status, type, json } = await ask(base, "/models/m", options);
        expect(status).to.equal(502);
        expect(type).to.include("application/problem+json");
        expect(json).to.include({ status: 502, instance: "/models/m" });
      }
    });

    it("breaks off when the upstream resets in mid-answer: half an answer never looks whole", async () => {
      upstreams.instead.modelRegistry = (_request, response) =>
        void response.writeHead(200, { "content-type": "text/plain" }).write("half", () => response.destroy());
      const answer = await open(base, "/models/m/1/artifact");
      const failure = await digestOf(answer).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error,
      );
      expect(failure?.code).to.equal("ECONNRESET");
    });
  });

  it("502 where nobody listens, and the others stay in reach", async () => {
    const own = new FakeUpstreams();
    const partial = await createService({ upstreams: await own.start(), log });
    const address = await partial.listen({ host: "127.0.0.1", port: 0 });
    try {
      await own.take("trainingOrchestrator");
      const { status, type, json } = await ask(address, "/api/jobs?x=1", { headers: { "x-request-id": "r" } });
      expect(status).to.equal(502);
      expect(type).to.include("application/problem+json");
      expect(json).to.include({ title: "Bad Gateway", status: 502, instance: "/api/jobs", requestId: "r" });
      expect(json?.detail).to.match(/^\/jobs: trainingOrchestrator cannot be reached/);
      expect((await ask(address, "/ready")).status).to.equal(200);
      expect((await ask(address, "/models")).status).to.equal(200);
      expect((await ask(address, "/status")).json).to.include({ modelRegistry: "ok" }).and.to.have.all.keys(...names);
    } finally {
      await partial.close();
      await own.stop();
    }
  });

  describe("an upstream that is slow", () => {
    let listener: RequestListener;
    const slow = createServer((request, response) => listener(request, response));
    const impatient = createApp({ name: "test", log });
    let address: string;
    before(async () => {
      const modelRegistry = await listening(slow);
      const only = [{ prefix: "/models", upstream: "modelRegistry", timeoutMs: 100, summary: "" }] as const;
      await proxyRoutes(impatient, { modelRegistry } as Parameters<typeof proxyRoutes>[1], only);
      address = await impatient.listen({ host: "127.0.0.1", port: 0 });
    });
    after(async () => {
      await impatient.close();
      slow.closeAllConnections();
      slow.close();
    });

    it("504 when no answer begins in time", async () => {
      listener = () => {};
      const { status, type, json } = await ask(address, "/api/models/m");
      expect(status).to.equal(504);
      expect(type).to.include("application/problem+json");
      expect(json?.detail).to.equal("/models: modelRegistry did not answer within 0.1 s.");
    });

    it("breaks off an answer that pauses too long", async () => {
      listener = (_request, response) => void response.writeHead(200).write("begin");
      const answer = await open(address, "/models/m");
      await digestOf(answer).then(
        () => expect.fail("the answer ended as if it were whole"),
        (error: NodeJS.ErrnoException) => expect(error.code).to.equal("ECONNRESET"),
      );
    });

    it("gives the client time for its upload, and the upstream its own time after it", async () => {
      listener = (request, response) => void digestOf(request).then((seen) => answerJson(response, 200, seen));
      const pieces = 20;
      async function* paced() {
        for (let i = 0; i < pieces; i++) {
          await new Promise((resolve) => setTimeout(resolve, 15));
          yield Buffer.from("piece");
        }
      }
      const { status, json } = await ask(address, "/models/m", { method: "PUT", body: Readable.from(paced()) });
      expect([status, json?.bytes]).to.deep.equal([200, 5 * pieces]);
    });
  });
});
