import { errors, jwtVerify, type JWTPayload } from "jose";
import { issuerKeys } from "./issuer-keys.ts";

/** Whose tokens are taken, and for what. */
export interface Oidc {
  /** Exactly as it is in the claim `iss`. */
  readonly issuer: string;
  /** What the claim `aud` has to name. */
  readonly audience: string;
  /** Scopes that a token has to have: to ask and to look, and to change what is kept. Default: none. */
  readonly scopes?: { readonly read?: string; readonly write?: string };
  /** The claim that has the scopes, as a list or a text with spaces. Default `scope`, as in RFC 9068. */
  readonly scopeClaim?: string;
  /** The public client as which the web page signs people in. Default: they enter a token. */
  readonly clientId?: string | undefined;
}

/** Who sent a request. */
export interface Identity {
  /** The claim `sub`: 1 to 255 visible ASCII characters. */
  readonly subject: string;
  readonly scopes: readonly string[];
}

/** A token that is not to be taken; the message says why. */
export class TokenRefused extends Error {}

/** Signatures that need the issuer's private key. `none`, and the HMACs of which the key would be public, are not among them. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** In characters; longer ones are not worth their signature's check. */
const maxLength = 8192;
/** Clocks may differ by this much, in seconds. */
const clockTolerance = 30;

/** What is wrong with the token itself; all else that a check fails with is a failure of the issuer. */
const faults = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/**
 * Checks tokens: signature, issuer, audience, times.
 * The check throws TokenRefused for a token that does not hold, anything else where the issuer's keys cannot be had.
 */
export function tokenVerifier(
  { issuer, audience, scopeClaim = "scope" }: Oidc,
  keys = issuerKeys(issuer),
): (token: string) => Promise<Identity> {
  return async (token) => {
    if (token.length > maxLength) throw new TokenRefused(`it has more than ${maxLength} characters`);
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance,
        requiredClaims: ["exp", "sub"],
      });
      return { subject: subjectOf(payload), scopes: scopesOf(payload[scopeClaim]) };
    } catch (error) {
      throw faults.some((fault) => error instanceof fault)
        ? new TokenRefused(reason(error as Error), { cause: error })
        : error;
    }
  };
}

function reason(error: Error): string {
  return error instanceof errors.JWTExpired
    ? `it expired at ${new Date(error.payload.exp! * 1000).toISOString()}`
    : error.message;
}

function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== "string" || !/^[\x21-\x7e]{1,255}$/.test(sub))
    throw new TokenRefused('its "sub" claim is not 1 to 255 visible ASCII characters');
  return sub;
}

function scopesOf(claim: unknown): string[] {
  if (typeof claim === "string") return claim.split(" ").filter((scope) => scope !== "");
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === "string") : [];
}
