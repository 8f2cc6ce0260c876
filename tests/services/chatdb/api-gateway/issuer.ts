import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";

export const audience = "chatdb";

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** How a token differs from one that holds. */
export interface Differences {
  claims?: JWTPayload;
  header?: Record<string, unknown>;
  key?: Key;
}

/** An OpenID Connect issuer on the loopback interface: discovery, a key set, and tokens signed by its keys. */
export class Issuer {
  readonly keys: Key[] = [];
  /** Requests for the key set. */
  fetches = 0;
  /** What it says of itself, where that differs from the truth. */
  instead: Record<string, unknown> = {};
  /** What it brings back from signing in, where that differs from what it was given. */
  back: Record<string, string> = {};
  /** What it says of how long the tokens of its client last, in seconds. */
  lifetime = 300;
  /** Grants of tokens, by their type. */
  readonly grants: string[] = [];
  readonly #codes = new Map<string, { challenge: string; redirect: string }>();
  #server: FastifyInstance | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Answers at the same address as before, if it did. */
  async start(): Promise<this> {
    if (this.keys.length === 0) await this.rotate();
    // Closed connections at once: what is away does not answer.
    const server = fastify({ forceCloseConnections: true });
    server.addHook("onRequest", (_request, reply, done) => {
      void reply.header("access-control-allow-origin", "*");
      done();
    });
    server.get("/.well-known/openid-configuration", () => ({
      issuer: this.url,
      jwks_uri: `${this.url}/keys`,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      scopes_supported: ["openid", "offline_access"],
      ...this.instead,
    }));
    this.#signIn(server);
    server.get("/keys", () => {
      this.fetches++;
      return { keys: this.keys.map(({ publicJwk }) => publicJwk) };
    });
    await server.listen({ host: "127.0.0.1", port: this.#port });
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  /**
   * The authorization code grant with PKCE (RFC 7636) for the public client `page`, in which nobody is asked; and
   * refresh tokens, each for once.
   */
  #signIn(server: FastifyInstance): void {
    server.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) =>
      done(null, new URLSearchParams(body as string)),
    );
    server.get<{ Querystring: Record<string, string> }>("/authorize", ({ query }, reply) => {
      const {
        client_id,
        redirect_uri: redirect = "",
        state = "",
        code_challenge: challenge = "",
        code_challenge_method,
        response_type,
      } = query;
      if (client_id !== "page" || response_type !== "code" || code_challenge_method !== "S256")
        return reply.code(400).send("not as it should be");
      const code = crypto.randomUUID();
      this.#codes.set(code, { challenge, redirect });
      const back = new URL(redirect);
      for (const [name, value] of Object.entries({ code, state, ...this.back })) back.searchParams.set(name, value);
      return reply.redirect(back.href);
    });
    server.post<{ Body: URLSearchParams }>("/token", async ({ body }, reply) => {
      const code = body.get("code") ?? body.get("refresh_token") ?? "";
      const granted = this.#codes.get(code);
      this.#codes.delete(code);
      const verified =
        createHash("sha256")
          .update(body.get("code_verifier") ?? "")
          .digest("base64url") === granted?.challenge;
      const holds =
        body.get("grant_type") === "refresh_token"
          ? granted !== undefined
          : verified && granted.redirect === body.get("redirect_uri");
      if (!holds || body.get("client_id") !== "page") return reply.code(400).send({ error: "invalid_grant" });
      this.grants.push(body.get("grant_type")!);
      const refresh_token = crypto.randomUUID();
      this.#codes.set(refresh_token, { challenge: "", redirect: "" });
      return { access_token: await this.token(), token_type: "Bearer", expires_in: this.lifetime, refresh_token };
    });
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** A new key in place of the others. */
  async rotate(alg = "RS256"): Promise<Key> {
    const key = await newKey(`key-${crypto.randomUUID()}`, alg);
    this.keys.splice(0, this.keys.length, key);
    return key;
  }

  /** A token that holds for five minutes, but for the differences. */
  token({ claims = {}, header = {}, key = this.keys[0]! }: Differences = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, aud: audience, sub: "ada", iat: now, exp: now + 300, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }
}

export async function newKey(kid: string, alg = "RS256"): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** A token of any header and signature, made by hand: the library refuses to make the bad ones. */
export function forged(header: object, claims: object, sign: (input: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(input)}`;
}
