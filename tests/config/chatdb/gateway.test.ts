import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { gatewayEnvironment } from "../../../systems/chatdb/environment.ts";
import { gatewayClients } from "../../../systems/chatdb/gateway.ts";
import { configuration, issues } from "../../support/configuration.ts";

const host = "chatdb.example.com";
const clients = async (settings: Record<string, unknown>) =>
  gatewayClients((await configuration({ "chatdb:gateway.serviceType": "ClusterIP", ...settings })).gateway);

describe("who may reach the gateway", () => {
  it("is nobody by ClusterIP alone: a port-forward needs no network", async () => {
    expect(await clients({})).to.deep.equal([]);
  });

  for (const type of ["NodePort", "LoadBalancer"]) {
    it(`is anyone by ${type}, or the ranges that are said`, async () => {
      expect(await clients({ "chatdb:gateway.serviceType": type })).to.deep.equal(["anyone"]);
      expect(
        await clients({ "chatdb:gateway.serviceType": type, "chatdb:gateway.sourceRanges": ["192.0.2.0/24"] }),
      ).to.deep.equal([{ cidr: "192.0.2.0/24" }]);
    });
  }

  it("is the ingress controller alone, whatever the type of the Service", async () => {
    const traefik = { "chatdb:gateway.ingress": { host, class: "traefik" } };
    expect(await clients(traefik)).to.deep.equal([{ namespace: "kube-system" }]);
    expect(await clients({ ...traefik, "chatdb:gateway.serviceType": "NodePort" })).to.deep.equal([
      { namespace: "kube-system" },
    ]);
    expect(
      await clients({ "chatdb:gateway.ingress": { host, class: "traefik", controllerNamespace: "proxies" } }),
    ).to.deep.equal([{ namespace: "proxies" }]);
    const gateway = { name: "shared", namespace: "infra" };
    expect(await clients({ "chatdb:gateway.ingress": { host, kind: "gateway", gateway } })).to.deep.equal([
      { namespace: "infra" },
    ]);
  });

  it("is anyone, or the ranges that are said, where nobody knows the controller", async () => {
    expect(await clients({ "chatdb:gateway.ingress": { host } })).to.deep.equal(["anyone"]);
    expect(
      await clients({
        "chatdb:gateway.ingress": { host, class: "gce" },
        "chatdb:gateway.sourceRanges": ["130.211.0.0/22"],
      }),
    ).to.deep.equal([{ cidr: "130.211.0.0/22" }]);
  });
});

describe("ingress", () => {
  it("has defaults for what it leaves out", async () => {
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

  it("of kind gateway needs a class or a Gateway that is there, to which all else belongs", async () => {
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

  it("of kind ingress has no Gateway and no ports", async () => {
    expect(await issues({ "chatdb:gateway.ingress": { host, ports: { http: 8000, https: 8443 } } })).to.deep.equal({
      "chatdb:gateway.ingress.ports": "is for kind gateway alone",
    });
  });

  it("has no way around it, and no rule that it makes useless", async () => {
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

  it("has defaults for what it leaves out", async () => {
    expect((await configuration()).gateway.oidc).to.equal(undefined);
    expect(
      (await configuration({ "chatdb:gateway.oidc": oidc, "chatdb:testService": false })).gateway.oidc,
    ).to.deep.equal({
      ...oidc,
      scopeClaim: "scope",
      cidr: "0.0.0.0/0",
    });
  });

  it("has an issuer whose keys come by a safe way", async () => {
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

  it("signs people in at an issuer that their browsers reach", async () => {
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

  it("leaves the test service outside", async () => {
    expect(await issues({ "chatdb:gateway.oidc": oidc, "chatdb:testService": true })).to.deep.equal({
      "chatdb:testService": "has no token of the issuer in gateway.oidc, and so finds nothing but 401: turn it off",
    });
  });
});

describe("environment of the gateway", () => {
  const environment = async (settings: Record<string, unknown>) =>
    gatewayEnvironment((await configuration({ "chatdb:gateway.serviceType": "ClusterIP", ...settings })).gateway);

  it("keeps the metrics at a port to which no way in leads", async () => {
    expect(await environment({})).to.deep.equal({ METRICS_PORT: "9090" });
  });

  it("names the proxies that are in front, where there are any", async () => {
    expect(await environment({ "chatdb:gateway.ingress": { host } })).to.include({ TRUSTED_PROXIES: "1" });
    expect(await environment({ "chatdb:gateway.ingress": { host, proxies: 2 } })).to.include({ TRUSTED_PROXIES: "2" });
  });

  it("has the limit of requests", async () => {
    expect(await environment({ "chatdb:gateway.rateLimit": { perMinute: 60 } })).to.include({
      RATE_LIMIT_PER_MINUTE: "60",
    });
  });
});

describe("docs/chatdb/access.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/chatdb/access.md"), "utf8");
  for (const [, yaml] of text.matchAll(/^```yaml\n(.*?)^```$/gms)) {
    const settings = parse(yaml!) as Record<string, unknown>;
    it(`has settings that fit together: ${JSON.stringify(settings)}`, async () => {
      expect(await issues(settings)).to.deep.equal({});
    });
  }
});
