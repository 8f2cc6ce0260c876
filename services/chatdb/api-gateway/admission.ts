import rateLimit, { normalizeIP } from "@fastify/rate-limit";
import { userHeader } from "@chatdb/contracts/user.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import type { App } from "@platform/kit/server.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { TokenRefused, tokenVerifier, type Identity, type Oidc } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent it; undefined where nobody has to say. */
    identity?: Identity;
  }
  interface FastifyContextConfig {
    /** Methods that change what is kept, and need the scope `write`; true: all but GET and HEAD. Default: they ask, and need `read`. */
    changes?: boolean | readonly string[];
  }
}

export interface Admission {
  /** Default: nobody has to say who they are. */
  readonly oidc?: Oidc;
  /** Requests that one client may send within a minute, to each process. Default: as many as it likes. */
  readonly perMinute?: number;
}

/** Tells the services who sent a request. */
export function identityHeaders({ identity }: FastifyRequest): Record<string, string> {
  return identity === undefined ? {} : { [userHeader]: identity.subject };
}

/** Of the cluster's own, which has no token and must not run out of requests. The web page is open too: without it nobody can enter a token. */
const open = new Set(["/health", "/ready"]);
const isOpen = ({ routeOptions: { url = "", config } }: FastifyRequest) => open.has(url) || config.page === true;

/**
 * Lets requests in: by their token, as many as their sender may send. A request without a valid token counts for its address.
 * Missing or refused token: 401; a scope that lacks: 403; too many: 429; the issuer's keys cannot be had: 503.
 */
export async function admit(app: App, { oidc, perMinute }: Admission): Promise<void> {
  /** Why a token gave no identity: told after the request was counted. */
  const refusals = new WeakMap<FastifyRequest, unknown>();
  app.decorateRequest("identity", undefined);
  if (oidc) {
    const verify = tokenVerifier(oidc);
    app.addHook("onRequest", async (request) => {
      if (isOpen(request)) return;
      const token = bearerToken(request);
      if (token === undefined) return;
      try {
        request.identity = await verify(token);
        request.log = request.log.child({ user: request.identity.subject });
      } catch (error) {
        refusals.set(request, error);
      }
    });
  }
  if (perMinute !== undefined) await limit(app, perMinute);
  if (oidc) {
    app.addHook("onRequest", async (request, reply) => {
      if (!isOpen(request)) authorize(oidc, request, reply, refusals.get(request));
    });
  }
}

async function limit(app: App, perMinute: number): Promise<void> {
  const keyGenerator = ({ identity, ip }: FastifyRequest) =>
    identity === undefined ? normalizeIP(ip) : `user ${identity.subject}`;
  await app.register(rateLimit, { global: false, max: perMinute, timeWindow: 60_000, cache: 20_000, keyGenerator });
  const count = app.createRateLimit();
  app.addHook("onRequest", async (request, reply) => {
    if (isOpen(request)) return;
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

/** The token of RFC 6750, section 2.1. Those in a body or in the address are not read: the latter end up in logs. */
function bearerToken({ headers: { authorization = "" } }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** @throws Problem where the request may not go on; the header says the same to a program, as in RFC 6750, section 3. */
function authorize(
  { issuer, audience, scopes }: Oidc,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: unknown,
): void {
  const challenge = (parameters: Record<string, string> = {}) => {
    const quoted = Object.entries({ realm: "chatdb", ...parameters }).map(
      ([name, value]) => `${name}="${value.replace(/["\\]/g, "'")}"`,
    );
    void reply.header("www-authenticate", `Bearer ${quoted.join(", ")}`);
  };
  if (refusal instanceof TokenRefused) {
    challenge({ error: "invalid_token", error_description: refusal.message });
    throw new Problem(
      platformProblems.unauthenticated,
      `The token was refused: ${refusal.message}. It has to be one of ${issuer} for the audience ${audience}.`,
      {},
      { cause: refusal },
    );
  }
  if (refusal !== undefined)
    throw new Problem(
      platformProblems.unavailable,
      `The issuer ${issuer} cannot be asked whether the token holds. Try again in a moment.`,
      {},
      { cause: refusal },
    );
  if (request.identity === undefined) {
    challenge();
    throw new Problem(
      platformProblems.unauthenticated,
      `This needs a token: send one of ${issuer} for the audience ${audience} in the header "authorization: Bearer TOKEN".`,
    );
  }
  const needed = isChange(request) ? scopes?.write : scopes?.read;
  if (needed === undefined || request.identity.scopes.includes(needed)) return;
  challenge({ error: "insufficient_scope", scope: needed });
  throw new Problem(
    platformProblems.insufficientScope,
    `The token lacks the scope ${needed}, which ${request.method} ${request.routeOptions.url ?? "this"} needs.`,
  );
}

function isChange({ method, routeOptions }: FastifyRequest): boolean {
  const { changes = false } = routeOptions.config;
  return typeof changes === "boolean" ? changes && method !== "GET" && method !== "HEAD" : changes.includes(method);
}
