import { createServer as createNodeServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { z } from "zod";
import { createHttpClient, type HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { until } from "../until.ts";

describe("HTTP client", () => {
  let server: Server;
  let client: HttpClient;
  let origin: string;
  let listener: RequestListener;
  const seen: IncomingMessage[] = [];
  const answer =
    (status: number, body: unknown, type = "application/json"): RequestListener =>
    (request, response) => {
      seen.push(request);
      response.writeHead(status, { "content-type": type }).end(typeof body === "string" ? body : JSON.stringify(body));
    };
  const problemOf = async (call: Promise<unknown>): Promise<Problem> => {
    const error = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).to.be.instanceOf(Problem);
    return error as Problem;
  };

  beforeEach(async () => {
    server = createNodeServer((request, response) => listener(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = createHttpClient(`${origin}/base/`, { timeoutMs: 2000 });
    seen.length = 0;
  });
  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const thing = z.object({ name: z.string() });

  it("sends and validates JSON, and forwards the request id", async () => {
    listener = answer(200, { name: "a", more: 1 });
    expect(await client.postJson("/things?x=1", { q: "ä" }, thing, { requestId: "id-1" })).to.deep.equal({ name: "a" });
    expect(seen[0]).to.include({ method: "POST", url: "/base/things?x=1" });
    expect(seen[0]?.headers).to.include({ "x-request-id": "id-1", "content-type": "application/json" });
  });

  it("forwards a problem with its type, status, detail and extension members", async () => {
    listener = answer(
      422,
      {
        type: "urn:problem-type:test:t",
        title: "t",
        status: 422,
        detail: "not understood",
        instance: "/p",
        near: "foo",
      },
      "application/problem+json",
    );
    const problem = await problemOf(client.getJson("/", thing));
    expect(problem).to.include({ status: 422, message: "not understood" });
    expect(problem.type).to.deep.equal({ urn: "urn:problem-type:test:t", title: "t", status: 422 });
    expect(problem.extra).to.deep.equal({ near: "foo" });
  });

  it("keeps the status of other client errors, and answers 502 for server errors and unexpected answers", async () => {
    for (const [status, body, becomes] of [
      [404, "gone", 404],
      [500, "oops", 502],
      [200, "no JSON", 502],
      [200, { name: 1 }, 502],
    ] as const) {
      listener = answer(status, body, "text/plain");
      const problem = await problemOf(client.getJson("/x", thing));
      expect(problem.status, JSON.stringify(body)).to.equal(becomes);
      expect(problem.message).to.include(`GET ${origin}/base/x`);
    }
  });

  it("answers 502 when nothing listens, and when a connection breaks midway", async () => {
    const nobody = createHttpClient("http://127.0.0.1:1");
    expect(await problemOf(nobody.getJson("/", thing))).to.include({ status: 502 });
    await nobody.close();
    listener = (request) => request.socket.destroy();
    expect(await problemOf(client.getJson("/", thing))).to.include({ status: 502 });
    listener = (request, response) => {
      response
        .writeHead(200, { "content-type": "application/json", "content-length": "100" })
        .write('{"na', () => request.socket.destroy());
    };
    expect(await problemOf(client.getJson("/", thing))).to.include({ status: 502 });
  });

  describe("when a connection breaks before an answer begins", () => {
    const breaking =
      (times: number): RequestListener =>
      (request, response) => {
        seen.push(request);
        if (seen.length <= times) request.socket.destroy();
        else response.end('{"name":"a"}');
      };

    it("retries safe requests", async () => {
      listener = breaking(2);
      expect(await client.getJson("/", thing)).to.deep.equal({ name: "a" });
      expect(seen).to.have.lengthOf(3);
      seen.length = 0;
      expect(await client.postJson("/", { q: 1 }, thing, { repeatable: true })).to.deep.equal({ name: "a" });
      expect(seen).to.have.lengthOf(3);
    });

    it("makes at most three attempts", async () => {
      listener = breaking(10);
      expect(await problemOf(client.getJson("/", thing))).to.include({ status: 502 });
      expect(seen).to.have.lengthOf(3);
    });

    it("does not retry unsafe requests, or after an answer has begun", async () => {
      listener = breaking(10);
      expect(await problemOf(client.postJson("/", {}, thing))).to.include({ status: 502 });
      expect(seen).to.have.lengthOf(1);
      listener = (request, response) => {
        seen.push(request);
        response.writeHead(200, { "content-length": "100" }).write('{"na', () => request.socket.destroy());
      };
      expect(await problemOf(client.getJson("/", thing))).to.include({ status: 502 });
      expect(seen).to.have.lengthOf(2);
    });
  });

  it("answers 504 when there is no answer in time", async () => {
    listener = () => undefined;
    const started = performance.now();
    const problem = await problemOf(client.getJson("/", thing, { timeoutMs: 100 }));
    expect(problem).to.include({ status: 504 });
    expect(problem.message).to.include("no answer within 100 ms");
    expect(performance.now() - started).to.be.lessThan(1500);
  });

  it("does not count an upload as waiting", async () => {
    listener = (request, response) => void text(request).then((body) => response.end(JSON.stringify({ name: body })));
    const slow = Readable.from(
      (async function* () {
        for (const part of ["a", "b", "c", "d"]) {
          yield part;
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
      })(),
    );
    const { status, body } = await client.request("/", { method: "PUT", body: slow, timeoutMs: 150 });
    expect(status).to.equal(200);
    expect(await text(body)).to.equal('{"name":"abcd"}');
  });

  it("cancels the request on the server when the caller aborts", async () => {
    let gone = false;
    listener = (request) => {
      seen.push(request);
      request.on("close", () => (gone = true));
    };
    const controller = new AbortController();
    const call = client.getJson("/", thing, { signal: controller.signal }).catch((error: unknown) => error);
    await until("the server has the request", () => seen.length === 1);
    controller.abort(new Error("no longer wanted"));
    expect(await call)
      .to.be.instanceOf(Error)
      .with.property("message", "no longer wanted");
    await until("the server knows", () => gone);
  });

  it("returns an error answer of a streamed request unchanged", async () => {
    listener = answer(409, "conflict", "text/plain");
    const { status, headers, body } = await client.request("/", { method: "PUT", body: "x" });
    expect([status, headers["content-type"], await text(body)]).to.deep.equal([409, "text/plain", "conflict"]);
  });
});
