import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { createLogger } from "@platform/kit/log.ts";
import type { App } from "@platform/kit/app.ts";
import { createServer } from "@platform/kit/server.ts";

describe("stopping server", () => {
  let app: App;
  let agent: Agent;
  const ask = async (path: string) => {
    const { port } = app.server.address() as AddressInfo;
    const [response] = (await once(get({ port, path, agent }), "response")) as [IncomingMessage];
    return response;
  };
  beforeEach(() => {
    agent = new Agent({ keepAlive: true });
    app = createServer({ name: "test", log: createLogger("test", "silent") });
  });
  afterEach(async () => {
    agent.destroy();
    await app.close();
  });

  it("asks its clients to close their connections, and stops as soon as they have", async () => {
    await app.listen();
    expect((await ask("/health").then((response) => (response.resume(), response))).headers.connection).to.equal(
      "keep-alive",
    );
    app.readiness.draining = true;
    const response = await ask("/health");
    expect(response.headers.connection).to.equal("close");
    await text(response);
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).to.be.lessThan(1000);
  });

  it("announces a keep-alive time shorter than its own and than the drain period", async () => {
    await app.listen();
    const response = await ask("/health");
    await text(response);
    expect(response.headers["keep-alive"]).to.equal("timeout=5");
    expect(app.server).to.include({ keepAliveTimeout: 5000, keepAliveTimeoutBuffer: 5000 });
  });

  it("finishes a running response, then closes a connection that the client keeps alive", async () => {
    const body = new PassThrough();
    app.get("/stream", (_request, reply) => reply.send(body));
    await app.listen();
    body.write("first, ");
    const response = await ask("/stream");
    expect(response.headers.connection).to.equal("keep-alive");
    const closed = app.close();
    body.end("last");
    expect(await text(response)).to.equal("first, last");
    const started = performance.now();
    await closed;
    expect(performance.now() - started).to.be.lessThan(1000);
  });
});
