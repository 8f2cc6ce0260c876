import * as oauth from "oauth4webapi";

/** The gateway's settings for signing in, as a public client of its issuer. */
export interface SignInSettings {
  issuer: string;
  client_id: string;
  audience: string;
  scope: string;
}

interface Session {
  token: string;
  /** When the token expires, in ms since 1970. A token entered by hand has none of the optional fields. */
  expires?: number | undefined;
  refresh?: string | undefined;
  idToken?: string | undefined;
}

/** The keys in session storage, which ends with the tab. */
const keys = { session: "chatdb.session", pending: "chatdb.signing-in" };

/** The state of a sign-in while the person is at the issuer; `view` is the fragment of the view they left. */
interface PendingSignIn {
  verifier: string;
  state: string;
  view: string;
}

/** A token is renewed before use if it expires within this time, in ms. */
const renewAheadMs = 30_000;

function session(): Session | undefined {
  const kept = sessionStorage.getItem(keys.session);
  return kept === null ? undefined : (JSON.parse(kept) as Session);
}

const keep = (kept: Session) => sessionStorage.setItem(keys.session, JSON.stringify(kept));

export const isSignedIn = (): boolean => session() !== undefined;
export const useToken = (token: string): void => keep({ token });

let renewing: Promise<string> | undefined;

/** Returns the token to send, renewed if it is about to expire and can be renewed. */
export async function token(): Promise<string | undefined> {
  const current = session();
  if (current?.refresh === undefined || current.expires === undefined || current.expires - Date.now() > renewAheadMs)
    return current?.token;
  renewing ??= renew(current, current.refresh).finally(() => (renewing = undefined));
  return await renewing;
}

async function renew(current: Session, refresh: string): Promise<string> {
  try {
    const { server, client, options } = await issuerOf(await requiredSettings());
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, options);
    const next = sessionOf(await oauth.processRefreshTokenResponse(server, client, response));
    keep({ ...next, refresh: next.refresh ?? refresh, idToken: next.idToken ?? current.idToken });
    return next.token;
  } catch (error) {
    // The token stays valid until it expires; then the gateway answers 401.
    if (error instanceof oauth.ResponseBodyError) keep({ token: current.token });
    return current.token;
  }
}

const sessionOf = ({ access_token, refresh_token, id_token, expires_in }: oauth.TokenEndpointResponse): Session => ({
  token: access_token,
  refresh: refresh_token,
  idToken: id_token,
  expires: expires_in === undefined ? undefined : Date.now() + expires_in * 1000,
});

/**
 * Returns how to sign in; undefined if the gateway does not offer it or the browser has no cryptography (over http).
 */
export async function signInSettings(): Promise<SignInSettings | undefined> {
  if (!isSecureContext) return undefined;
  const settings = (await (await fetch("/page/sign-in.json")).json()) as Partial<SignInSettings>;
  return settings.client_id === undefined ? undefined : (settings as SignInSettings);
}

async function requiredSettings(): Promise<SignInSettings> {
  const settings = await signInSettings();
  if (!settings) throw new Error("The gateway no longer offers to sign in.");
  return settings;
}

async function issuerOf({ issuer, client_id }: SignInSettings) {
  const url = new URL(issuer);
  // The gateway's operator chose the issuer; http serves an issuer on the same machine.
  const options = { [oauth.allowInsecureRequests]: url.protocol === "http:" };
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
  return { server, client: { client_id }, options };
}

/** Returns the page's URL without query and fragment. */
const homeUrl = () => `${location.origin}/`;

/** Redirects to the issuer, which returns with a code (RFC 6749, section 4.1, with PKCE, RFC 7636). */
export async function signIn(settings: SignInSettings): Promise<void> {
  const { server } = await issuerOf(settings);
  if (server.authorization_endpoint === undefined)
    throw new Error(`${settings.issuer} names no authorization endpoint.`);
  const pending: PendingSignIn = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    view: location.hash,
  };
  sessionStorage.setItem(keys.pending, JSON.stringify(pending));
  const refreshScope = server.scopes_supported?.includes("offline_access") ? " offline_access" : "";
  const address = new URL(server.authorization_endpoint);
  const parameters = {
    response_type: "code",
    client_id: settings.client_id,
    redirect_uri: homeUrl(),
    scope: settings.scope + refreshScope,
    audience: settings.audience,
    state: pending.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  location.assign(address);
}

/** Exchanges the code for tokens if the issuer has just redirected back. @throws Error if that fails */
export async function completeSignIn(): Promise<void> {
  const parameters = new URLSearchParams(location.search);
  const pending = sessionStorage.getItem(keys.pending);
  if (pending === null || !parameters.has("state")) return;
  sessionStorage.removeItem(keys.pending);
  // The code must not stay in the history or survive a reload.
  const { verifier, state, view } = JSON.parse(pending) as PendingSignIn;
  history.replaceState(null, "", homeUrl() + view);
  const { server, client, options } = await issuerOf(await requiredSettings());
  const answer = oauth.validateAuthResponse(server, client, parameters, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    homeUrl(),
    verifier,
    options,
  );
  keep(sessionOf(await oauth.processAuthorizationCodeResponse(server, client, response)));
}

/** Forgets the tokens and ends the session at an issuer that has an endpoint for that. */
export async function signOut(): Promise<void> {
  const idToken = session()?.idToken;
  sessionStorage.removeItem(keys.session);
  const settings = idToken === undefined ? undefined : await signInSettings();
  const endpoint = settings && (await issuerOf(settings)).server.end_session_endpoint;
  if (endpoint === undefined || settings === undefined) return location.reload();
  const address = new URL(endpoint);
  for (const [name, value] of Object.entries({
    id_token_hint: idToken!,
    client_id: settings.client_id,
    post_logout_redirect_uri: homeUrl(),
  }))
    address.searchParams.set(name, value);
  location.assign(address);
}
