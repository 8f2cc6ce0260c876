import { createServer, type RequestListener } from "node:http";
import { Readable } from "node:stream";
import { expect } from "chai";
import { proxyRoutes } from "@chatdb/api-gateway/proxy.ts";
import { createService } from "@chatdb/api-gateway/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createServer as createApp } from "@platform/kit/server.ts";
import { answerJson, ask, digestOf, FakeUpstreams, listening, names, open } from "./upstreams.ts";

describe("api-gateway: unavailable and slow upstreams", () => {
  const log = createLogger("test", "silent");

  it("answers 502 when an upstream is unreachable, and reaches the others", async () => {
    const own = new FakeUpstreams();
    const partial = await createService({ upstreams: await own.start(), log });
    const address = await partial.listen({ host: "127.0.0.1", port: 0 });
    try {
      await own.take("trainingOrchestrator");
      const { status, type, json } = await ask(address, "/api/jobs?x=1", { headers: { "x-request-id": "r" } });
      expect(status).to.equal(502);
      expect(type).to.include("application/problem+json");
      expect(json).to.include({
        type: "urn:problem-type:platform:upstream-unreachable",
        status: 502,
        instance: "/api/jobs",
        requestId: "r",
      });
      expect(json?.detail).to.match(/^\/jobs: trainingOrchestrator cannot be reached/);
      expect((await ask(address, "/ready")).status).to.equal(200);
      expect((await ask(address, "/models")).status).to.equal(200);
      expect((await ask(address, "/status")).json)
        .to.include({ modelRegistry: "ok" })
        .and.to.have.all.keys(...names);
    } finally {
      await partial.close();
      await own.stop();
    }
  });

  describe("a slow upstream", () => {
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

    it("answers 504 when no answer begins in time", async () => {
      listener = () => {};
      const { status, type, json } = await ask(address, "/api/models/m");
      expect(status).to.equal(504);
      expect(type).to.include("application/problem+json");
      expect(json?.detail).to.equal("/models: modelRegistry did not answer within 0.1 s.");
    });

    it("breaks the connection when an answer pauses too long", async () => {
      listener = (_request, response) => void response.writeHead(200).write("begin");
      const answer = await open(address, "/models/m");
      await digestOf(answer).then(
        () => expect.fail("the answer ended as if it were whole"),
        (error: NodeJS.ErrnoException) => expect(error.code).to.equal("ECONNRESET"),
      );
    });

    it("starts the upstream's timeout after the client's upload", async () => {
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
