import { job, jobAccepted, jobId, jobList, jobRequest, jobStatus } from "@chatdb/contracts/jobs.ts";
import { modelName } from "@chatdb/contracts/models.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import type { App } from "@chatdb/kit/server.ts";
import { z } from "zod";
import type { JobStore } from "./job-store.ts";

/** @param wake called when a job has been put on record */
export function addJobRoutes(app: App, jobs: JobStore, wake: () => void): void {
  const headers = z.object({
    "idempotency-key": z.string().min(1).max(255).optional().describe("Makes repeating the request safe: the same key gives the same job"),
  });

  app.post("/jobs", { schema: { headers, body: jobRequest, response: { 202: jobAccepted } } }, async (request, reply) => {
    const { job_id, status } = await jobs.create(request.body, request.headers["idempotency-key"]);
    wake();
    return reply.code(202).header("location", `/jobs/${job_id}`).send({ job_id, status });
  });

  const querystring = z.object({
    status: jobStatus.optional(),
    model_name: modelName.optional(),
    limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(100),
  });
  app.get("/jobs", { schema: { querystring, response: { 200: jobList } } }, async (request) => ({ jobs: await jobs.list(request.query) }));

  app.get("/jobs/:id", { schema: { params: z.object({ id: jobId }), response: { 200: job } } }, async (request) => {
    const found = await jobs.find(request.params.id);
    if (!found) throw new Problem(404, `There is no job ${request.params.id}.`);
    return found;
  });
}
