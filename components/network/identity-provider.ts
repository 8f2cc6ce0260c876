import type { Dependency } from "./connection.ts";
import { portOf } from "./endpoint.ts";

/** An OpenID Connect issuer whose tokens a service takes. */
export interface IdentityProvider {
  /** URL of the issuer, exactly as the claim `iss` of its tokens has it. */
  readonly issuer: string;
  /** Audience of the tokens, the claim `aud`. */
  readonly audience: string;
  /** Scopes that reading and changing need. Default: none. */
  readonly scopes?: { readonly read?: string; readonly write?: string };
  /** Claim that holds the scopes. */
  readonly scopeClaim: string;
  /** Id of the public client as which the web page signs people in. Default: none. */
  readonly clientId?: string | undefined;
  /** Range of addresses, in CIDR notation, that the network policies open on the issuer's port, to fetch its keys. */
  readonly cidr: string;
}

/**
 * Allows a service to fetch the keys of an issuer that somebody else runs, and tells it the issuer in the variables
 * `OIDC_*`. The service fetches them with the first token, so its start does not wait.
 */
export function identityProvider(provider: IdentityProvider): Dependency {
  const { issuer, audience, scopes, scopeClaim, clientId, cidr } = provider;
  const env = {
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    OIDC_READ_SCOPE: scopes?.read,
    OIDC_WRITE_SCOPE: scopes?.write,
    OIDC_SCOPE_CLAIM: scopeClaim,
    OIDC_CLIENT_ID: clientId,
  };
  return {
    name: "identity-provider",
    lazy: true,
    connect: () => ({
      env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      secretEnv: {},
      destinations: [{ to: { cidr }, port: portOf(issuer) }],
      readyWhen: [],
    }),
  };
}
