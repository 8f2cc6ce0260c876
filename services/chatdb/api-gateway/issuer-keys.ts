import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from "jose";
import { z } from "zod";

const timing = {
  /** Keys are fetched again after this time. */
  maxAgeMs: 10 * 60 * 1000,
  /** An unknown key causes a fetch, at most once in this time. */
  cooldownMs: 10_000,
  /** A fetch fails after this time. */
  timeoutMs: 3000,
  /** Keys stay valid for this time while the issuer is unavailable. A leaked key is revoked no later than that. */
  staleMs: 24 * 60 * 60 * 1000,
};

/** The members of the issuer's metadata that are read (OpenID Connect Discovery 1.0, section 3). */
const metadata = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });
const keySet = z.looseObject({ keys: z.array(z.looseObject({})) });

/** The issuer does not answer, or its answer is invalid; the message says why. */
export class IssuerUnavailable extends Error {}

/**
 * Fetches the public keys of an OpenID Connect issuer by discovery. The keys stay valid for a day while the issuer is
 * unavailable; meanwhile only unknown keys fail, with IssuerUnavailable.
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
