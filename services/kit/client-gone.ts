import type { FastifyReply } from "fastify";
import { Problem } from "./problem.ts";
import { platformProblems } from "./problem-types.ts";

/**
 * Aborts when the client disconnects before the answer was sent, since nobody reads what upstreams still compute.
 * Only logs and metrics show the status 499, which is customary for such requests.
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished)
      gone.abort(
        new Problem(platformProblems.clientClosedRequest, "The client closed the connection before the answer."),
      );
  });
  return gone.signal;
}
