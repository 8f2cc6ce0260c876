import type { Dependency } from "./connection.ts";

/** An OpenID Connect issuer whose tokens a service takes. */
export interface IdentityProvider {
  /** Its address, exactly as its tokens have it. */
  readonly issuer: string;
  /** Whom the tokens are for. */
  readonly audience: string;
  /** Scopes that reading and changing need. Default: none. */
  readonly scopes?: { readonly read?: string; readonly write?: string };
  /** The claim of the scopes. */
  readonly scopeClaim: string;
  /** The public client as which the web page signs people in. Default: none. */
  readonly clientId?: string | undefined;
  /** Addresses that the network policies open for it, on the issuer's port: its keys are fetched there. */
  readonly cidr: string;
}

/** Use of an issuer that somebody else runs. It is asked when the first token comes, so nothing waits for it. */
export function identityProvider({
  issuer,
  audience,
  scopes,
  scopeClaim,
  clientId,
  cidr,
}: IdentityProvider): Dependency {
  const { port, protocol } = new URL(issuer);
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
      destinations: [{ to: { cidr }, port: Number(port) || (protocol === "http:" ? 80 : 443) }],
      readyWhen: [],
    }),
  };
}
