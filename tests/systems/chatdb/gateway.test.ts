import { expect } from "chai";
import { gatewayEnvironment } from "../../../systems/chatdb/environment.ts";
import { gatewayClients } from "../../../systems/chatdb/gateway.ts";
import { configuration } from "../../support/configuration.ts";

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
