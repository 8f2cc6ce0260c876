import { Problem } from "./problem.ts";
import { platformProblems } from "./problem-types.ts";
import type { FastifyReply } from "fastify";

/**
 * Aborts when the client goes before it was answered: nobody would read what the upstreams still work on.
 * 499 only shows in the log and the metrics: it is the customary status of a request whose client went.
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished)
      gone.abort(new Problem(platformProblems.clientClosedRequest, "The client has gone."));
  });
  return gone.signal;
}
