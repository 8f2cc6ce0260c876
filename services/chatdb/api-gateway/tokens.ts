import { errors, jwtVerify, type JWTPayload } from "jose";
import { issuerKeys } from "./issuer-keys.ts";

/** The issuer whose tokens are accepted, and the scopes that they need. */
export interface Oidc {
  /** The issuer, exactly as in the claim `iss`. */
  readonly issuer: string;
  /** The audience that the claim `aud` has to contain. */
  readonly audience: string;
  /** The scopes that reading and writing need. Default: none. */
  readonly scopes?: { readonly read?: string; readonly write?: string };
  /** The claim with the scopes, a list or a text separated by spaces. Default `scope`, as in RFC 9068. */
  readonly scopeClaim?: string;
  /** The public client with which the web page signs people in. Default: people enter a token. */
  readonly clientId?: string | undefined;
}

/** The sender of a request. */
export interface Identity {
  /** The claim `sub`: 1 to 255 visible ASCII characters. */
  readonly subject: string;
  readonly scopes: readonly string[];
}

/** An invalid token; the message says why. */
export class TokenRefused extends Error {}

/** Signature algorithms that need the issuer's private key. HMACs are missing: their secret would be the public key. */
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
/** The maximum length of a token, in characters. Verifying longer ones would waste CPU. */
const maxLength = 8192;
/** The accepted difference between clocks, in seconds. */
const clockTolerance = 30;

/** Errors that blame the token; every other error is a failure of the issuer. */
const tokenErrors = [
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
 * Creates the function that verifies a token's signature, issuer, audience and times. It throws TokenRefused for an
 * invalid token, and another error if the issuer's keys are unavailable.
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
      throw tokenErrors.some((type) => error instanceof type)
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
