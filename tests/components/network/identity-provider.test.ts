import { expect } from "chai";
import type { Connection } from "../../../components/network/connection.ts";
import { identityProvider, type IdentityProvider } from "../../../components/network/identity-provider.ts";
import { namespace } from "../../support/program.ts";

const connect = (more: Partial<IdentityProvider> = {}): Connection =>
  identityProvider({
    issuer: "https://login.example.com/realms/a",
    audience: "chatdb",
    scopeClaim: "scope",
    cidr: "192.0.2.0/24",
    ...more,
  }).connect({
    name: "web",
    namespace: namespace("apps"),
    labels: {},
  });

describe("identity provider", () => {
  it("sets the consumer's variables for issuer, audience and scopes", () => {
    expect(connect({ clientId: "page" }).env).to.include({ OIDC_CLIENT_ID: "page" });
    expect(connect({ scopes: { write: "chatdb.write" } })).to.deep.include({
      env: {
        OIDC_ISSUER: "https://login.example.com/realms/a",
        OIDC_AUDIENCE: "chatdb",
        OIDC_WRITE_SCOPE: "chatdb.write",
        OIDC_SCOPE_CLAIM: "scope",
      },
      secretEnv: {},
      readyWhen: [],
    });
  });

  const ports = {
    "https://login.example.com": 443,
    "https://login.example.com:8443/a": 8443,
    "http://dex.auth.svc": 80,
    "http://dex.auth.svc:5556/dex": 5556,
  };
  for (const [issuer, port] of Object.entries(ports)) {
    it(`opens the port of ${issuer}`, () => {
      expect(connect({ issuer }).destinations).to.deep.equal([{ to: { cidr: "192.0.2.0/24" }, port }]);
    });
  }
});
