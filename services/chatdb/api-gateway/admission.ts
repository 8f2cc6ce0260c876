import { userHeader } from "@chatdb/contracts/common.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import type { App } from "@platform/kit/app.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { limitRate } from "./rate-limit.ts";
import { TokenRefused, tokenVerifier, type Identity, type Oidc } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The authenticated sender; undefined without authentication. */
    identity?: Identity;
  }
  interface FastifyContextConfig {
    /** The methods that need the scope `write`; true: all but GET and HEAD. Default: none, they need `read`. */
    changes?: boolean | readonly string[];
  }
}

export interface Admission {
  /** Default: no authentication. */
  readonly oidc?: Oidc;
  /** The number of requests that one client may send to one replica within a minute. Default: no limit. */
  readonly perMinute?: number;
}

/** Returns the headers that name a request's sender to the services. */
export function identityHeaders({ identity }: FastifyRequest): Record<string, string> {
  return identity === undefined ? {} : { [userHeader]: identity.subject };
}

/** The cluster's probes have no token and must not run into the rate limit. */
const probePaths = new Set(["/health", "/ready"]);

/** Whether a request needs no token. The web page is open, since people enter a token or sign in there. */
const isOpen = ({ routeOptions: { url = "", config } }: FastifyRequest): boolean =>
  probePaths.has(url) || config.page === true;

/**
 * Authenticates requests, limits their rate and checks their scopes. A request without a valid token counts against its
 * address. Missing or invalid token: 401; missing scope: 403; too many requests: 429; issuer unavailable: 503.
 */
export async function admit(app: App, { oidc, perMinute }: Admission): Promise<void> {
  /** The errors of invalid tokens, which are answered only after the request was counted. */
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
  if (perMinute !== undefined) await limitRate(app, perMinute, isOpen);
  if (oidc) {
    app.addHook("onRequest", async (request, reply) => {
      if (!isOpen(request)) authorize(oidc, request, reply, refusals.get(request));
    });
  }
}

/** Returns the bearer token (RFC 6750, section 2.1). Tokens in a body or URL are ignored, since URLs end up in logs. */
function bearerToken({ headers: { authorization = "" } }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/**
 * @throws Problem if the request must not go on; the header `www-authenticate` tells programs why (RFC 6750, section 3)
 */
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
