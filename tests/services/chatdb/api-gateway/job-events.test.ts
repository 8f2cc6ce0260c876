import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { proxyRoutes } from "@chatdb/api-gateway/proxy.ts";
import { routes, type Upstreams } from "@chatdb/api-gateway/routes.ts";
import { createService } from "@chatdb/api-gateway/service.ts";
import { createServer } from "@platform/kit/server.ts";
import { readEvents, readUntil, type Message } from "../training-orchestrator/event-reader.ts";
import { idOf, log, orchestrators, says } from "../training-orchestrator/orchestrator.ts";

describe("api-gateway: job events from a real orchestrator", () => {
  const { start } = orchestrators();
  const opened: FastifyInstance[] = [];
  // Before the orchestrator's, which the hook above stops.
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  const listen = (app: FastifyInstance) => (opened.push(app), app.listen({ host: "127.0.0.1", port: 0 }));
  const upstreamsAt = (address: string) =>
    Object.fromEntries(
      ["trainingOrchestrator", "mlEngine", "queryParser", "modelRegistry", "predictionService", "dbConnector"].map(
        (name) => [name, address],
      ),
    ) as unknown as Upstreams;
  const heartbeat = ({ comment }: Message) => comment === "still there";

  /** An orchestrator with a job, behind a gateway made for it. */
  async function behind(gatewayOf: (upstreams: Upstreams) => Promise<FastifyInstance>, keepAliveMs: number) {
    const orchestrator = await start({ keepAliveMs });
    const upstreams = upstreamsAt(await listen(orchestrator.app));
    const gateway = await gatewayOf(upstreams);
    const base = await listen(gateway);
    const job_id = idOf(await orchestrator.post());
    return { orchestrator, gateway, job_id, stream: readEvents(`${base}/api/jobs/${job_id}/events`) };
  }

  const real = (upstreams: Upstreams) => createService({ upstreams, log });
  /** As the gateway proxies, with less patience. */
  async function impatient(upstreams: Upstreams): Promise<FastifyInstance> {
    const app = createServer({ name: "test", log });
    await proxyRoutes(app, upstreams, [{ ...routes.find(({ prefix }) => prefix === "/jobs")!, timeoutMs: 1000 }]);
    return app;
  }

  it("forwards each event when it happens", async () => {
    const { orchestrator, job_id, stream } = await behind(real, 600_000);
    await readUntil(stream, ({ event }) => event === "sent");
    await orchestrator.tell({ ...says(job_id, 1, 1), kind: "started" });
    await readUntil(stream, ({ event }) => event === "started");
    await orchestrator.cancel(job_id);
    await readUntil(stream, ({ event }) => event === "end");
    expect((await stream.next()).done).to.equal(true);
  });

  it("keeps a stream open beyond the route's timeout while heartbeats arrive", async () => {
    const { orchestrator, job_id, stream } = await behind(impatient, 100);
    await readUntil(stream, ({ event }) => event === "sent");
    for (let i = 0; i < 35; i++) await readUntil(stream, heartbeat);
    await orchestrator.cancel(job_id);
    await readUntil(stream, ({ event }) => event === "end");
  });

  it("breaks a stream that falls silent", async () => {
    const { stream } = await behind(impatient, 600_000);
    await readUntil(stream, ({ event }) => event === "sent");
    const failure = await readUntil(stream, heartbeat).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
  });

  it("ends the streams when it stops, without waiting for the job", async () => {
    const { gateway, stream } = await behind(real, 100);
    await readUntil(stream, heartbeat);
    const closed = gateway.close();
    let ended: Message | undefined;
    for await (const message of stream) ended = message.event === "end" ? message : ended;
    expect(ended).to.equal(undefined);
    await closed;
  });
});
