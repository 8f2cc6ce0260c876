import rateLimit, { normalizeIP } from "@fastify/rate-limit";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import type { FastifyRequest } from "fastify";

/**
 * Limits the requests of each client: an identity, or without one an address (for IPv6 a /64). Each replica counts for
 * itself. @param isExempt whether a request does not count
 */
export async function limitRate(
  app: App,
  perMinute: number,
  isExempt: (request: FastifyRequest) => boolean,
): Promise<void> {
  const keyGenerator = ({ identity, ip }: FastifyRequest) =>
    identity === undefined ? normalizeIP(ip) : `user ${identity.subject}`;
  await app.register(rateLimit, { global: false, max: perMinute, timeWindow: 60_000, cache: 20_000, keyGenerator });
  const count = app.createRateLimit();
  app.addHook("onRequest", async (request, reply) => {
    if (isExempt(request)) return;
    const state = await count(request);
    if (state.isAllowed) return;
    void reply.headers({
      "x-ratelimit-limit": state.max,
      "x-ratelimit-remaining": state.remaining,
      "x-ratelimit-reset": state.ttlInSeconds,
    });
    if (!state.isExceeded) return;
    void reply.header("retry-after", state.ttlInSeconds);
    throw new Problem(
      platformProblems.rateLimited,
      `These are more than ${perMinute} requests within a minute. Try again in ${state.ttlInSeconds} s.`,
    );
  });
}
