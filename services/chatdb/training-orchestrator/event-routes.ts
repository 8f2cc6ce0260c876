import { Readable } from "node:stream";
import { jobHistory, jobId } from "@chatdb/contracts/jobs.ts";
import { clientGone } from "@platform/kit/client-gone.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { eventStream } from "./event-stream.ts";
import type { JobFeed } from "./job-feed.ts";
import type { JobStore } from "./job-store.ts";

export interface EventRoutesOptions {
  jobs: JobStore;
  feed: JobFeed;
  keepAliveMs: number;
}

/** Upper limit of entries in a JSON answer; `?after=` gives the rest. */
const maxEntries = 10_000;

export function addEventRoutes(app: App, { jobs, feed, keepAliveMs }: EventRoutesOptions): void {
  const closing = new AbortController();
  // Aborts before the server closes, since it waits for its answers.
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  const number = z.coerce.number().pipe(z.int().nonnegative());
  const schema = {
    summary: "History of a job, as server-sent events until it has ended; as JSON with `accept: application/json`",
    params: z.object({ id: jobId }),
    querystring: z.object({ after: number.optional().describe("Number of the latest entry that the client has") }),
    headers: z.object({ accept: z.string().optional(), "last-event-id": number.optional() }),
    response: { 200: jobHistory },
  };
  app.get("/jobs/:id/events", { schema }, async (request, reply) => {
    const { id } = request.params;
    const { accept = "", "last-event-id": lastEventId } = request.headers;
    const after = lastEventId ?? request.query.after ?? 0;
    const history = await jobs.history(id, after, maxEntries);
    if (!history) throw new Problem(chatdbProblems.jobNotFound, `There is no job ${id}.`);
    if (accept.includes("application/json") && !accept.includes("text/event-stream"))
      return { events: history.entries };
    const signal = AbortSignal.any([closing.signal, clientGone(reply)]);
    // The last header stops nginx from buffering the answer.
    void reply.headers({ "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
    const stream = Readable.from(eventStream({ jobs, feed, job_id: id, after, signal, keepAliveMs }), {
      objectMode: false,
    });
    return (reply as FastifyReply).send(stream);
  });
}
