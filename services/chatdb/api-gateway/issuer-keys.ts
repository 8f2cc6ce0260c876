import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from "jose";
import { z } from "zod";

/** In ms. */
const timing = {
  /** Older keys are fetched anew. */
  maxAgeMs: 10 * 60 * 1000,
  /** So are they for a key that is unknown, unless that was done just now. */
  cooldownMs: 10_000,
  /** The issuer answers by then. */
  timeoutMs: 3000,
  /** How long keys are used whose issuer does not answer. One that leaked is withdrawn no later than that. */
  staleMs: 24 * 60 * 60 * 1000,
};

/** What is read of the issuer's description of itself (OpenID Connect Discovery 1.0, section 3). */
const metadata = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });
const keySet = z.looseObject({ keys: z.array(z.looseObject({})) });

/** The issuer does not answer, or not as one; its message says what. */
export class IssuerUnavailable extends Error {}

/**
 * The public keys of an OpenID Connect issuer, found by discovery each time that they are fetched.
 * They outlive an outage of the issuer by a day; only a key that is not among them is then IssuerUnavailable.
 */
export function issuerKeys(issuer: string, { maxAgeMs, cooldownMs, timeoutMs, staleMs } = timing): JWTVerifyGetKey {
  let last: { keys: object; at: number } | undefined;
  let outage: unknown;
  const fetchKeys: FetchImplementation = async (_url, { signal }) => {
    try {
      last = { keys: await discover(issuer, signal), at: Date.now() };
      outage = undefined;
    } catch (error) {
      outage = error;
      if (last === undefined || Date.now() - last.at > staleMs) throw unavailable(issuer, error);
    }
    return Response.json(last.keys);
  };
  const durations = { cacheMaxAge: maxAgeMs, cooldownDuration: cooldownMs, timeoutDuration: timeoutMs };
  const keys = createRemoteJWKSet(new URL(issuer), { ...durations, [customFetch]: fetchKeys });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      throw outage !== undefined && error instanceof errors.JWKSNoMatchingKey ? unavailable(issuer, outage) : error;
    }
  };
}

async function discover(issuer: string, signal: AbortSignal): Promise<object> {
  const about = await getJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, metadata, signal);
  if (about.issuer !== issuer) throw new Error(`it calls itself ${about.issuer}`);
  return getJson(about.jwks_uri, keySet, signal);
}

async function getJson<S extends z.ZodType>(url: string, schema: S, signal: AbortSignal): Promise<z.infer<S>> {
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return schema.parse(await response.json());
}

function unavailable(issuer: string, cause: unknown): IssuerUnavailable {
  return new IssuerUnavailable(
    `The issuer ${issuer} gave no keys: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
}
