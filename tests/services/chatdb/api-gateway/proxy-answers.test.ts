import { expect } from "chai";
import { runningGateway } from "./running-gateway.ts";
import { digestOf } from "./upstreams.ts";

describe("api-gateway: forwarded answers", () => {
  const { upstreams, ask, open } = runningGateway();

  for (const status of [201, 202, 204, 301, 400, 401, 404, 409, 422, 429, 500, 502, 503]) {
    it(`forwards ${status} unchanged after a single request`, async () => {
      let asked = 0;
      const body = status === 204 ? "" : `{"own": ${status}}`;
      upstreams.instead.predictionService = (_request, response) => {
        asked += 1;
        response
          .writeHead(status, {
            "content-type": "application/problem+json",
            location: "/jobs/1",
            "retry-after": "1",
            "x-own": "y",
            "set-cookie": ["a=1", "b=2"],
          })
          .end(body);
      };
      const answer = await ask("/api/predict");
      expect([answer.status, answer.text, asked]).to.deep.equal([status, body, 1]);
      expect(answer.headers).to.deep.include({
        location: "/jobs/1",
        "retry-after": "1",
        "x-own": "y",
        "set-cookie": ["a=1", "b=2"],
      });
    });
  }

  it("keeps its own connection headers and request id when the upstream sends others", async () => {
    upstreams.instead.modelRegistry = (_request, response) =>
      void response.writeHead(200, { connection: "close", "keep-alive": "timeout=77", "x-request-id": "theirs" }).end();
    const { headers } = await ask("/models", { headers: { "x-request-id": "ours", connection: "keep-alive" } });
    expect(headers["x-request-id"]).to.equal("ours");
    expect(headers.connection).to.equal("keep-alive");
    expect(headers["keep-alive"]).to.not.equal("timeout=77");
  });

  it("forwards the length of HEAD, and 304 without a body", async () => {
    upstreams.instead.modelRegistry = (request, response) =>
      request.method === "HEAD"
        ? void response.writeHead(200, { "content-length": "123" }).end()
        : void response.writeHead(304, { etag: '"x"' }).end();
    expect((await ask("/models", { method: "HEAD" })).headers["content-length"]).to.equal("123");
    const { status, headers } = await ask("/models");
    expect([status, headers.etag]).to.deep.equal([304, '"x"']);
  });

  it("answers 502 when the upstream disconnects before it answers", async () => {
    upstreams.instead.modelRegistry = (request) => void request.socket.destroy();
    for (const options of [{}, { method: "PUT", body: "x" }]) {
      const { status, type, json } = await ask("/models/m", options);
      expect(status).to.equal(502);
      expect(type).to.include("application/problem+json");
      expect(json).to.include({ status: 502, instance: "/models/m" });
    }
  });

  it("retries a safe request when the connection breaks before the answer", async () => {
    let calls = 0;
    upstreams.instead.modelRegistry = (request, response) =>
      void (++calls < 3 ? request.socket.destroy() : response.end("there"));
    expect(await ask("/models/m")).to.include({ status: 200, text: "there" });
    calls = 0;
    expect((await ask("/models/m", { method: "DELETE" })).status).to.equal(502);
    expect(calls).to.equal(1);
  });

  it("breaks the connection when the upstream resets in mid-answer, so that the answer does not look complete", async () => {
    upstreams.instead.modelRegistry = (_request, response) =>
      void response.writeHead(200, { "content-type": "text/plain" }).write("half", () => response.destroy());
    const answer = await open("/models/m/1/artifact");
    const failure = await digestOf(answer).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    expect(failure?.code).to.equal("ECONNRESET");
  });
});
