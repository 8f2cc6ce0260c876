import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { openGateway } from "./gateway.ts";
import { run, runOptions } from "./report.ts";
import { reportPage } from "./report-html.ts";
import { Runs } from "./runs.ts";

export interface Deps {
  /** Address of the tested gateway. */
  gatewayUrl: string;
  log?: Logger;
}

/** Runs the test scenarios against a gateway like a user, and reports them as JSON and as a page. */
export function createService({ gatewayUrl, log = createLogger("test-service") }: Deps): Promise<FastifyInstance> {
  const gateway = openGateway(gatewayUrl);
  const runs = new Runs(gateway, gatewayUrl, log);
  const app = createServer({
    name: "test-service",
    log,
    healthPath: "/",
    description: "Runs the test scenarios against the gateway.",
  });
  app.addHook("onClose", () => gateway.close());
  const params = z.object({ id: z.uuid() });

  app.post(
    "/runs",
    { schema: { summary: "Starts a run of all scenarios", body: runOptions.nullish(), response: { 202: run } } },
    async (request, reply) => {
      const started = runs.start(request.body ?? runOptions.parse({}));
      return reply.code(202).header("location", `/runs/${started.run_id}/report.html`).send(started);
    },
  );
  app.get(
    "/runs",
    { schema: { summary: "The latest runs, newest first", response: { 200: z.object({ runs: z.array(run) }) } } },
    () => ({ runs: runs.list() }),
  );
  app.get("/runs/:id", { schema: { summary: "A run as JSON", params, response: { 200: run } } }, (request) =>
    runs.find(request.params.id),
  );
  app.get("/runs/:id/report.html", { schema: { summary: "A run as a page", params } }, (request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
      .send(reportPage(runs.find(request.params.id))),
  );
  return Promise.resolve(app);
}
