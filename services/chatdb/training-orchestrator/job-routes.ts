import { idempotencyKey, job, jobAccepted, jobFilter, jobId, jobList, jobRequest } from "@chatdb/contracts/jobs.ts";
import { userHeader } from "@chatdb/contracts/common.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import { z } from "zod";
import type { JobStore } from "./job-store.ts";

export function addJobRoutes(app: App, jobs: JobStore): void {
  const headers = z.object({ "idempotency-key": idempotencyKey.optional(), [userHeader]: z.string().optional() });
  const body = jobRequest.extend({ idempotency_key: idempotencyKey.optional() });
  app.post(
    "/jobs",
    { schema: { summary: "Submits a job", headers, body, response: { 202: jobAccepted } } },
    async (request, reply) => {
      const { idempotency_key, ...submitted } = request.body;
      const inHeader = request.headers["idempotency-key"];
      if (idempotency_key !== undefined && inHeader !== undefined && idempotency_key !== inHeader) {
        throw new Problem(
          platformProblems.invalidRequest,
          "The header Idempotency-Key and idempotency_key in the body differ. Send one of them, or the same twice.",
        );
      }
      const accepted = await jobs.create(submitted, {
        owner: request.headers[userHeader],
        idempotencyKey: idempotency_key ?? inHeader,
      });
      return reply.code(202).header("location", `/jobs/${accepted.job_id}`).send(accepted);
    },
  );

  app.get(
    "/jobs",
    { schema: { summary: "Jobs, newest first", querystring: jobFilter, response: { 200: jobList } } },
    (request) => jobs.list(request.query),
  );

  const oneJob = { params: z.object({ id: jobId }), response: { 200: job } };
  const known = <T>(id: string, found: T | undefined): T => {
    if (found === undefined) throw new Problem(chatdbProblems.jobNotFound, `There is no job ${id}.`);
    return found;
  };
  app.get("/jobs/:id", { schema: { summary: "A job", ...oneJob } }, async ({ params: { id } }) =>
    known(id, await jobs.find(id)),
  );
  app.post(
    "/jobs/:id/cancel",
    { schema: { summary: "Cancels a job: ends its attempt and makes no further one", ...oneJob } },
    async ({ params: { id } }) => known(id, await jobs.cancel(id)),
  );
  app.post(
    "/jobs/:id/retry",
    { schema: { summary: "Retries a job that failed or was cancelled", ...oneJob } },
    async ({ params: { id } }) => known(id, await jobs.retry(id)),
  );
}
