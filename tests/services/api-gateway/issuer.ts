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
    server.get("/.well-known/openid-configuration", () => ({ issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.instead }));
    server.get("/keys", () => {
      this.fetches++;
      return { keys: this.keys.map(({ publicJwk }) => publicJwk) };
    });
    await server.listen({ host: "127.0.0.1", port: this.#port });
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
    return this;
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
