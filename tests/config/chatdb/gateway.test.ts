import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configuration, issues } from "../../support/configuration.ts";

const host = "chatdb.example.com";

describe("ingress", () => {
  it("has defaults for omitted fields", async () => {
    expect((await configuration()).gateway.ingress).to.equal(undefined);
    expect((await configuration({ "chatdb:gateway.ingress": { host } })).gateway.ingress).to.deep.equal({
      host,
      kind: "ingress",
      proxies: 1,
    });
    expect(
      (await configuration({ "chatdb:gateway.ingress": { host, tls: { issuer: "letsencrypt" } } })).gateway.ingress!
        .tls,
    ).to.deep.equal({
      issuer: "letsencrypt",
      secret: "api-gateway-tls",
    });
  });

  it("of kind gateway needs a class or an existing Gateway, which excludes the other fields", async () => {
    const gateway = { name: "shared", namespace: "infra" };
    const alien = "belongs to the Gateway infra/shared, which is not made here";
    expect(await issues({ "chatdb:gateway.ingress": { host, kind: "gateway" } })).to.deep.equal({
      "chatdb:gateway.ingress.class":
        "is needed for a Gateway: name a GatewayClass, or an existing Gateway in gateway.ingress.gateway",
    });
    expect(
      await issues({
        "chatdb:gateway.ingress": {
          host,
          kind: "gateway",
          gateway,
          class: "eg",
          tls: { issuer: "a" },
          ports: { http: 1, https: 2 },
        },
      }),
    ).to.deep.equal({
      "chatdb:gateway.ingress.class": alien,
      "chatdb:gateway.ingress.tls": alien,
      "chatdb:gateway.ingress.ports": alien,
    });
    expect(
      await issues({
        "chatdb:gateway.ingress": { host, kind: "gateway", class: "eg", ports: { http: 8000, https: 8443 } },
      }),
    ).to.deep.equal({});
  });

  it("of kind ingress rejects Gateway and ports", async () => {
    expect(await issues({ "chatdb:gateway.ingress": { host, ports: { http: 8000, https: 8443 } } })).to.deep.equal({
      "chatdb:gateway.ingress.ports": "is for kind gateway alone",
    });
  });

  it("rejects another entry point beside it, and rules without effect", async () => {
    expect(
      await issues({
        "chatdb:gateway.ingress": { host, class: "traefik" },
        "chatdb:gateway.serviceType": "LoadBalancer",
        "chatdb:gateway.sourceRanges": ["192.0.2.0/24"],
      }),
    ).to.deep.equal({
      "chatdb:gateway.serviceType": "is LoadBalancer beside an ingress, and so a way around it: set ClusterIP",
      "chatdb:gateway.sourceRanges":
        "cannot tell clients apart behind the proxies in the namespace kube-system: restrict them there",
    });
  });
});

describe("oidc", () => {
  const oidc = { issuer: "https://login.example.com", audience: "chatdb" };

  it("has defaults for omitted fields", async () => {
    expect((await configuration()).gateway.oidc).to.equal(undefined);
    expect(
      (await configuration({ "chatdb:gateway.oidc": oidc, "chatdb:testService": false })).gateway.oidc,
    ).to.deep.equal({
      ...oidc,
      scopeClaim: "scope",
      cidr: "0.0.0.0/0",
    });
  });

  it("requires an issuer whose keys arrive over TLS", async () => {
    const wrong = {
      "chatdb:gateway.oidc.issuer": "must be an https address: keys that come over http could be anyone's",
    };
    const issuesOf = (issuer: string) =>
      issues({ "chatdb:gateway.oidc": { ...oidc, issuer }, "chatdb:testService": false });
    for (const issuer of [
      "http://login.example.com",
      "http://svc.example.com",
      "http://login.svc.example.com",
      "http://a@dex.svc",
    ])
      expect(await issuesOf(issuer)).to.deep.equal(wrong);
    for (const issuer of [
      "http://dex.auth.svc:5556/dex",
      "http://dex.auth.svc.cluster.local",
      "https://login.example.com/realms/a",
    ])
      expect(await issuesOf(issuer)).to.deep.equal({});
  });

  it("requires an issuer that browsers can reach", async () => {
    const signIn = { ...oidc, clientId: "page" };
    expect(await issues({ "chatdb:gateway.oidc": signIn, "chatdb:testService": false })).to.deep.equal({});
    expect(
      await issues({
        "chatdb:gateway.oidc": { ...signIn, issuer: "http://dex.auth.svc:5556/dex" },
        "chatdb:testService": false,
      }),
    ).to.deep.equal({
      "chatdb:gateway.oidc.clientId":
        "is for people's browsers, which do not reach http://dex.auth.svc:5556/dex inside of the cluster",
    });
  });

  it("excludes the test service", async () => {
    expect(await issues({ "chatdb:gateway.oidc": oidc, "chatdb:testService": true })).to.deep.equal({
      "chatdb:testService": "has no token of the issuer in gateway.oidc, and so finds nothing but 401: turn it off",
    });
  });
});

describe("docs/chatdb/access.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/chatdb/access.md"), "utf8");
  for (const [, yaml] of text.matchAll(/^```yaml\n(.*?)^```$/gms)) {
    const settings = parse(yaml!) as Record<string, unknown>;
    it(`shows valid settings: ${JSON.stringify(settings)}`, async () => {
      expect(await issues(settings)).to.deep.equal({});
    });
  }
});
