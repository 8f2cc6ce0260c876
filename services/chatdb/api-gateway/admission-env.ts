import { ConfigurationError } from "@platform/kit/env.ts";
import { z } from "zod";
import type { Admission } from "./admission.ts";

/**
 * The environment variables of authentication and rate limit; without OIDC_ISSUER or RATE_LIMIT_PER_MINUTE, it is off.
 */
export const admissionEnv = {
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_READ_SCOPE: z.string().optional(),
  OIDC_WRITE_SCOPE: z.string().optional(),
  OIDC_SCOPE_CLAIM: z.string().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).optional(),
};

/** @throws ConfigurationError if an issuer comes without an audience, which would accept every token of the issuer */
export function admissionOf(env: z.infer<z.ZodObject<typeof admissionEnv>>): Admission {
  const {
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    OIDC_READ_SCOPE: read,
    OIDC_WRITE_SCOPE: write,
    OIDC_SCOPE_CLAIM: scopeClaim,
    OIDC_CLIENT_ID: clientId,
  } = env;
  const perMinute = env.RATE_LIMIT_PER_MINUTE;
  if (issuer === undefined) return { perMinute };
  if (audience === undefined)
    throw new ConfigurationError(
      "OIDC_AUDIENCE: not set, and without it a token for anything else would be taken here",
    );
  return { oidc: { issuer, audience, scopes: { read, write }, scopeClaim, clientId }, perMinute };
}
