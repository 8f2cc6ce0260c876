import { expect } from "chai";
import { gatewayEnvironment } from "../../../systems/chatdb/environment.ts";
import { gatewayClients } from "../../../systems/chatdb/gateway.ts";
import { configuration } from "../../support/configuration.ts";

const host = "chatdb.example.com";
const clients = async (settings: Record<string, unknown>) =>
  gatewayClients((await configuration({ "chatdb:gateway.serviceType": "ClusterIP", ...settings })).gateway);

describe("access to the gateway", () => {
  it("is closed with ClusterIP, since a port-forward needs no network", async () => {
    expect(await clients({})).to.deep.equal([]);
  });

  for (const type of ["NodePort", "LoadBalancer"]) {
    it(`is open to everybody or to the given ranges with ${type}`, async () => {
      expect(await clients({ "chatdb:gateway.serviceType": type })).to.deep.equal(["anyone"]);
      expect(
        await clients({ "chatdb:gateway.serviceType": type, "chatdb:gateway.sourceRanges": ["192.0.2.0/24"] }),
      ).to.deep.equal([{ cidr: "192.0.2.0/24" }]);
    });
  }

  it("is limited to the ingress controller for any type of Service", async () => {
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

  it("is open to everybody or to the given ranges when the controller is unknown", async () => {
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

  it("serves metrics on a port without external access", async () => {
    expect(await environment({})).to.deep.equal({ METRICS_PORT: "9090" });
  });

  it("contains the number of proxies in front", async () => {
    expect(await environment({ "chatdb:gateway.ingress": { host } })).to.include({ TRUSTED_PROXIES: "1" });
    expect(await environment({ "chatdb:gateway.ingress": { host, proxies: 2 } })).to.include({ TRUSTED_PROXIES: "2" });
  });

  it("contains the rate limit", async () => {
    expect(await environment({ "chatdb:gateway.rateLimit": { perMinute: 60 } })).to.include({
      RATE_LIMIT_PER_MINUTE: "60",
    });
  });
});
