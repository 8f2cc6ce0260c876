import type { App } from "@platform/kit/server.ts";
import fastify from "fastify";

/** Serves /metrics at an address of its own, to which no way in from outside leads; at the app's there is none any more. */
export function serveMetricsApart(app: App, address: { host: string; port: number }): void {
  const apart = fastify();
  apart.get("/metrics", async (_request, reply) =>
    reply.type(app.metrics.contentType).send(await app.metrics.metrics()),
  );
  app.addHook("onReady", async () => {
    await apart.listen(address);
  });
  app.addHook("onClose", () => apart.close());
  app.addHook("onRequest", (request, reply, done) => {
    if (request.routeOptions.url === "/metrics") reply.callNotFound();
    else done();
  });
}
