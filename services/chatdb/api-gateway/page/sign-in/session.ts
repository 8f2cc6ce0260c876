import * as oauth from "oauth4webapi";

/** How people sign in, as the gateway says it: a public client of its issuer. */
export interface SignIn {
  issuer: string;
  client_id: string;
  audience: string;
  scope: string;
}

interface Session {
  token: string;
  /** Of the other fields there are none where the token was entered by hand. In ms since 1970. */
  expires?: number | undefined;
  refresh?: string | undefined;
  idToken?: string | undefined;
}

/** Both kept by the tab alone, and gone with it. */
const keys = { session: "chatdb.session", begun: "chatdb.signing-in" };

/** What is kept while the person is at the issuer; `view` is where in the page they were. */
interface Begun {
  verifier: string;
  state: string;
  view: string;
}

/** A token that expires sooner than that is renewed before it is sent, in ms. */
const renewAheadMs = 30_000;

function session(): Session | undefined {
  const kept = sessionStorage.getItem(keys.session);
  return kept === null ? undefined : (JSON.parse(kept) as Session);
}

const keep = (kept: Session) => sessionStorage.setItem(keys.session, JSON.stringify(kept));

export const isSignedIn = (): boolean => session() !== undefined;
export const useToken = (token: string): void => keep({ token });

let renewing: Promise<string> | undefined;

/** The token to send, renewed where it is about to expire and that can be done. */
export async function token(): Promise<string | undefined> {
  const current = session();
  if (current?.refresh === undefined || current.expires === undefined || current.expires - Date.now() > renewAheadMs)
    return current?.token;
  renewing ??= renewed(current, current.refresh).finally(() => (renewing = undefined));
  return await renewing;
}

async function renewed(current: Session, refresh: string): Promise<string> {
  try {
    const { server, client, options } = await issuerOf(await offered());
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, options);
    const next = sessionOf(await oauth.processRefreshTokenResponse(server, client, response));
    keep({ ...next, refresh: next.refresh ?? refresh, idToken: next.idToken ?? current.idToken });
    return next.token;
  } catch (error) {
    // The gateway says 401 once the token has expired; until then it holds.
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

/** How people can sign in here; undefined where they cannot, or the browser has no cryptography (over http). */
export async function signInOptions(): Promise<SignIn | undefined> {
  if (!isSecureContext) return undefined;
  const said = (await (await fetch("/page/sign-in.json")).json()) as Partial<SignIn>;
  return said.client_id === undefined ? undefined : (said as SignIn);
}

async function offered(): Promise<SignIn> {
  const signIn = await signInOptions();
  if (!signIn) throw new Error("The gateway no longer says how to sign in.");
  return signIn;
}

async function issuerOf({ issuer, client_id }: SignIn) {
  const url = new URL(issuer);
  // The gateway's operator chose the issuer: http is for one on the same machine.
  const options = { [oauth.allowInsecureRequests]: url.protocol === "http:" };
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
  return { server, client: { client_id }, options };
}

/** The page itself, without what came with its address. */
const home = () => `${location.origin}/`;

/** Goes to the issuer, which comes back with a code (RFC 6749, section 4.1, with PKCE, RFC 7636). */
export async function signIn(how: SignIn): Promise<void> {
  const { server } = await issuerOf(how);
  if (server.authorization_endpoint === undefined) throw new Error(`${how.issuer} names no address to sign in at.`);
  const begun: Begun = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    view: location.hash,
  };
  sessionStorage.setItem(keys.begun, JSON.stringify(begun));
  const lasting = server.scopes_supported?.includes("offline_access") ? " offline_access" : "";
  const address = new URL(server.authorization_endpoint);
  const parameters = {
    response_type: "code",
    client_id: how.client_id,
    redirect_uri: home(),
    scope: how.scope + lasting,
    audience: how.audience,
    state: begun.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  location.assign(address);
}

/** Where the issuer has come back: exchanges its code for tokens. @throws Error why nobody is signed in */
export async function completeSignIn(): Promise<void> {
  const parameters = new URLSearchParams(location.search);
  const begun = sessionStorage.getItem(keys.begun);
  if (begun === null || !parameters.has("state")) return;
  sessionStorage.removeItem(keys.begun);
  // Neither history nor a reload shall have the code.
  const { verifier, state, view } = JSON.parse(begun) as Begun;
  history.replaceState(null, "", home() + view);
  const { server, client, options } = await issuerOf(await offered());
  const answer = oauth.validateAuthResponse(server, client, parameters, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    home(),
    verifier,
    options,
  );
  keep(sessionOf(await oauth.processAuthorizationCodeResponse(server, client, response)));
}

/** Forgets the tokens, and has the issuer forget too where it says how. */
export async function signOut(): Promise<void> {
  const idToken = session()?.idToken;
  sessionStorage.removeItem(keys.session);
  const how = idToken === undefined ? undefined : await signInOptions();
  const end = how && (await issuerOf(how)).server.end_session_endpoint;
  if (end === undefined || how === undefined) return location.reload();
  const address = new URL(end);
  for (const [name, value] of Object.entries({
    id_token_hint: idToken!,
    client_id: how.client_id,
    post_logout_redirect_uri: home(),
  }))
    address.searchParams.set(name, value);
  location.assign(address);
}
