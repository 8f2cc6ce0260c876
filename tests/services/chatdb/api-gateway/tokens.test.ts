import { createHmac } from "node:crypto";
import { expect } from "chai";
import { exportSPKI, importJWK } from "jose";
import { IssuerUnavailable, issuerKeys } from "@chatdb/api-gateway/issuer-keys.ts";
import { TokenRefused, tokenVerifier } from "@chatdb/api-gateway/tokens.ts";
import { audience, forged, Issuer, newKey, type Differences } from "./issuer.ts";

const soon = () => Math.floor(Date.now() / 1000) + 300;

/** What a check fails with. */
async function failure(check: Promise<unknown>): Promise<Error> {
  try {
    await check;
  } catch (error) {
    return error as Error;
  }
  throw new Error("The token was taken.");
}

describe("api-gateway: tokens", () => {
  const issuer = new Issuer();
  let verify: ReturnType<typeof tokenVerifier>;
  const refusal = async (token: Promise<string> | string) => {
    const error = await failure(verify(await token));
    expect(error).to.be.instanceOf(TokenRefused);
    return error.message;
  };

  before(async () => {
    await issuer.start();
    verify = tokenVerifier({ issuer: issuer.url, audience });
  });
  after(() => issuer.stop());

  for (const alg of ["RS256", "PS512", "ES256", "ES384", "EdDSA"]) {
    it(`identify their sender when signed with ${alg}`, async () => {
      const key = await issuer.rotate(alg);
      const check = tokenVerifier({ issuer: issuer.url, audience });
      expect(await check(await issuer.token({ key, claims: { sub: "auth0|ada" } }))).to.deep.equal({
        subject: "auth0|ada",
        scopes: [],
      });
    });
  }

  it("are accepted for several audiences", async () => {
    verify = tokenVerifier({ issuer: issuer.url, audience });
    expect(await verify(await issuer.token({ claims: { aud: ["other", audience] } }))).to.include({ subject: "ada" });
  });

  const scoped: Record<string, [unknown, string[]]> = {
    "a text": ["openid chatdb.read  chatdb.write", ["openid", "chatdb.read", "chatdb.write"]],
    "a list": [["chatdb.read", 7], ["chatdb.read"]],
    "something else": [{ chatdb: true }, []],
  };
  for (const [form, [claim, scopes]] of Object.entries(scoped)) {
    it(`carry their scopes in ${form}`, async () => {
      const check = tokenVerifier({ issuer: issuer.url, audience, scopeClaim: "scp" });
      expect((await check(await issuer.token({ claims: { scp: claim, scope: "other" } }))).scopes).to.deep.equal(
        scopes,
      );
    });
  }

  it("are accepted within the tolerated difference between clocks", async () => {
    const now = Math.floor(Date.now() / 1000);
    expect(await verify(await issuer.token({ claims: { exp: now - 20 } }))).to.include({ subject: "ada" });
    expect(await verify(await issuer.token({ claims: { nbf: now + 20 } }))).to.include({ subject: "ada" });
    expect(await refusal(issuer.token({ claims: { exp: now - 40 } }))).to.equal(
      `it expired at ${new Date((now - 40) * 1000).toISOString()}`,
    );
    expect(await refusal(issuer.token({ claims: { nbf: now + 40 } }))).to.include('"nbf"');
  });

  const wrong: Record<string, [Differences, RegExp]> = {
    "another audience": [{ claims: { aud: "payroll" } }, /"aud"/],
    "no audience": [{ claims: { aud: undefined } }, /"aud"/],
    "another issuer": [{ claims: { iss: "https://issuer.example.com" } }, /"iss"/],
    "no expiry": [{ claims: { exp: undefined } }, /"exp"/],
    "no subject": [{ claims: { sub: undefined } }, /"sub"/],
    "a subject that does not fit into a header": [{ claims: { sub: "ada\r\nx-admin: 1" } }, /"sub"/],
    "a subject that is too long": [{ claims: { sub: "a".repeat(256) } }, /"sub"/],
    "an unknown key": [{ header: { kid: "nobody's" } }, /no applicable key/],
    "an unknown critical header": [{ header: { crit: ["exp-2"], "exp-2": 1 } }, /exp-2/],
  };
  for (const [what, [differences, why]] of Object.entries(wrong)) {
    it(`are refused with ${what}`, async function () {
      if (what.includes("critical"))
        return expect(
          await refusal(forged({ alg: "RS256", kid: issuer.keys[0]!.kid, ...differences.header }, {}, () => "c2ln")),
        ).to.match(why);
      expect(await refusal(issuer.token(differences))).to.match(why);
    });
  }

  it("are refused when another key signed them under a known key's id", async () => {
    const other = await newKey(issuer.keys[0]!.kid, issuer.keys[0]!.alg);
    expect(await refusal(issuer.token({ key: other }))).to.include("signature");
  });

  it("are refused when they were changed after signing", async () => {
    const [header, , signature] = (await issuer.token()).split(".");
    const claims = Buffer.from(JSON.stringify({ iss: issuer.url, aud: audience, sub: "root", exp: soon() })).toString(
      "base64url",
    );
    expect(await refusal(`${header}.${claims}.${signature}`)).to.include("signature");
  });

  it("are refused without a signature, however that is spelled", async () => {
    for (const alg of ["none", "None", "NONE", ""]) {
      const token = forged(
        { alg, kid: issuer.keys[0]!.kid },
        { iss: issuer.url, aud: audience, sub: "root", exp: soon() },
        () => "",
      );
      expect(await refusal(token)).to.not.equal("");
    }
  });

  it("are refused when the public key served as an HMAC secret", async () => {
    const key = await issuer.rotate("RS256");
    verify = tokenVerifier({ issuer: issuer.url, audience });
    const secrets = [
      await exportSPKI((await importJWK(key.publicJwk, key.alg, { extractable: true })) as CryptoKey),
      JSON.stringify(key.publicJwk),
      key.publicJwk.n!,
    ];
    for (const secret of secrets) {
      const sign = (input: string) => createHmac("sha256", secret).update(input).digest("base64url");
      const token = forged(
        { alg: "HS256", kid: key.kid },
        { iss: issuer.url, aud: audience, sub: "root", exp: soon() },
        sign,
      );
      expect(await refusal(token)).to.include('"alg"');
    }
  });

  for (const token of ["a.b.c", "a", "...", "eyJhbGciOiJSUzI1NiJ9", "a.b.c.d.e", ""]) {
    it(`are refused when malformed: "${token}"`, async () => expect(await refusal(token)).to.not.equal(""));
  }

  it("are refused before verification when they are too long", async () => {
    expect(await refusal(issuer.token({ claims: { padding: "x".repeat(9000) } }))).to.equal(
      "it has more than 8192 characters",
    );
  });
});

describe("api-gateway: the issuer's keys", () => {
  const issuer = new Issuer();
  const timing = { maxAgeMs: 600_000, cooldownMs: 600_000, timeoutMs: 3000, staleMs: 600_000 };
  const verifier = (change: Partial<typeof timing> = {}) =>
    tokenVerifier({ issuer: issuer.url, audience }, issuerKeys(issuer.url, { ...timing, ...change }));
  beforeEach(async () => {
    await issuer.start();
    issuer.fetches = 0;
    issuer.instead = {};
  });
  afterEach(() => issuer.stop());

  it("are fetched once for many tokens", async () => {
    const verify = verifier();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.token()));
    await Promise.all(tokens.map(verify));
    await verify(tokens[0]!);
    expect(issuer.fetches).to.equal(1);
  });

  it("are fetched again for an unknown key, since the issuer may have rotated them", async () => {
    const verify = verifier({ cooldownMs: 0 });
    const old = await issuer.token();
    await verify(old);
    await issuer.rotate();
    expect(await verify(await issuer.token())).to.include({ subject: "ada" });
    expect(await failure(verify(old))).to.be.instanceOf(TokenRefused);
  });

  it("are not fetched again for every token with an unknown key", async () => {
    const verify = verifier();
    await verify(await issuer.token());
    for (let i = 0; i < 5; i++)
      expect(await failure(verify(await issuer.token({ header: { kid: `guess-${i}` } })))).to.be.instanceOf(
        TokenRefused,
      );
    expect(issuer.fetches).to.equal(1);
  });

  it("stay valid while the issuer is unavailable, but do not refuse keys that may be new", async () => {
    const verify = verifier({ maxAgeMs: 0, cooldownMs: 0 });
    const token = await issuer.token();
    await verify(token);
    await issuer.stop();
    expect(await verify(token)).to.include({ subject: "ada" });
    expect(await failure(verify(await issuer.token({ key: await newKey("new") })))).to.be.instanceOf(IssuerUnavailable);
    await issuer.start();
    expect(await failure(verify(await issuer.token({ key: await newKey("new") })))).to.be.instanceOf(TokenRefused);
  });

  it("expire while the issuer stays unavailable", async () => {
    const verify = verifier({ maxAgeMs: 0, staleMs: -1 });
    const token = await issuer.token();
    await verify(token);
    await issuer.stop();
    expect(await failure(verify(token))).to.be.instanceOf(IssuerUnavailable);
  });

  it("are available as soon as the issuer is", async () => {
    const verify = verifier();
    const token = await issuer.token();
    await issuer.stop();
    expect(await failure(verify(token))).to.be.instanceOf(IssuerUnavailable);
    await issuer.start();
    expect(await verify(token)).to.include({ subject: "ada" });
  });

  const untrue: Record<string, Record<string, unknown>> = {
    "names another issuer": { issuer: "https://issuer.example.com" },
    "names no keys": { jwks_uri: undefined },
    "names a file with keys": { jwks_uri: "file:///etc/passwd" },
  };
  for (const [what, instead] of Object.entries(untrue)) {
    it(`are refused when the metadata ${what}`, async () => {
      issuer.instead = instead;
      expect(await failure(verifier()(await issuer.token()))).to.be.instanceOf(IssuerUnavailable);
      expect(issuer.fetches).to.equal(0);
    });
  }
});
