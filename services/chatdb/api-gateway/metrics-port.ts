import type { App } from "@platform/kit/app.ts";
import fastify from "fastify";

/**
 * Serves /metrics at an address of its own, which is not exposed outside the cluster, and removes it from the app's.
 */
export function serveMetricsOnOwnPort(app: App, address: { host: string; port: number }): void {
  const metricsServer = fastify();
  metricsServer.get("/metrics", async (_request, reply) =>
    reply.type(app.metrics.contentType).send(await app.metrics.metrics()),
  );
  app.addHook("onReady", async () => {
    await metricsServer.listen(address);
  });
  app.addHook("onClose", () => metricsServer.close());
  app.addHook("onRequest", (request, reply, done) => {
    if (request.routeOptions.url === "/metrics") reply.callNotFound();
    else done();
  });
}
