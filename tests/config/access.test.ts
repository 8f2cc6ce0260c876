import { expect } from "chai";
import { gatewayClients } from "../../config/access.ts";
import { configuration, issues } from "../support/configuration.ts";

const host = "chatdb.example.com";
const clients = async (settings: Record<string, unknown>) => gatewayClients(await configuration({ gatewayServiceType: "ClusterIP", ...settings }));

describe("who may reach the gateway", () => {
  it("is nobody by ClusterIP alone: a port-forward needs no network", async () => {
    expect(await clients({})).to.deep.equal([]);
  });

  for (const gatewayServiceType of ["NodePort", "LoadBalancer"]) {
    it(`is anyone by ${gatewayServiceType}, or the ranges that are said`, async () => {
      expect(await clients({ gatewayServiceType })).to.deep.equal(["anyone"]);
      expect(await clients({ gatewayServiceType, gatewaySourceRanges: ["192.0.2.0/24"] })).to.deep.equal([{ cidr: "192.0.2.0/24" }]);
    });
  }

  it("is the ingress controller alone, whatever the type of the Service", async () => {
    const traefik = { ingress: { host, class: "traefik" } };
    expect(await clients(traefik)).to.deep.equal([{ namespace: "kube-system" }]);
    expect(await clients({ ...traefik, gatewayServiceType: "NodePort" })).to.deep.equal([{ namespace: "kube-system" }]);
    expect(await clients({ ingress: { host, class: "traefik", controllerNamespace: "proxies" } })).to.deep.equal([{ namespace: "proxies" }]);
    const gateway = { name: "shared", namespace: "infra" };
    expect(await clients({ ingress: { host, kind: "gateway", gateway } })).to.deep.equal([{ namespace: "infra" }]);
  });

  it("is anyone, or the ranges that are said, where nobody knows the controller", async () => {
    expect(await clients({ ingress: { host } })).to.deep.equal(["anyone"]);
    expect(await clients({ ingress: { host, class: "gce" }, gatewaySourceRanges: ["130.211.0.0/22"] })).to.deep.equal([{ cidr: "130.211.0.0/22" }]);
  });
});

describe("ingress", () => {
  it("has defaults for what it leaves out", async () => {
    expect((await configuration()).ingress).to.equal(undefined);
    expect((await configuration({ ingress: { host } })).ingress).to.deep.equal({ host, kind: "ingress", proxies: 1 });
    expect((await configuration({ ingress: { host, tls: { issuer: "letsencrypt" } } })).ingress!.tls).to.deep.equal({
      issuer: "letsencrypt",
      secret: "api-gateway-tls",
    });
  });

  it("of kind gateway needs a class or a Gateway that is there, to which all else belongs", async () => {
    const gateway = { name: "shared", namespace: "infra" };
    const alien = "belongs to the Gateway infra/shared, which is not made here";
    expect(await issues({ ingress: { host, kind: "gateway" } })).to.deep.equal({
      "ingress.class": "is needed for a Gateway: name a GatewayClass, or an existing Gateway in ingress.gateway",
    });
    expect(await issues({ ingress: { host, kind: "gateway", gateway, class: "eg", tls: { issuer: "a" }, ports: { http: 1, https: 2 } } })).to.deep.equal({
      "ingress.class": alien,
      "ingress.tls": alien,
      "ingress.ports": alien,
    });
    expect(await issues({ ingress: { host, kind: "gateway", class: "eg", ports: { http: 8000, https: 8443 } } })).to.deep.equal({});
  });

  it("of kind ingress has no Gateway and no ports", async () => {
    expect(await issues({ ingress: { host, ports: { http: 8000, https: 8443 } } })).to.deep.equal({ "ingress.ports": "is for kind gateway alone" });
  });

  it("has no way around it, and no rule that it makes useless", async () => {
    expect(await issues({ ingress: { host, class: "traefik" }, gatewayServiceType: "LoadBalancer", gatewaySourceRanges: ["192.0.2.0/24"] })).to.deep.equal({
      gatewayServiceType: "is LoadBalancer beside an ingress, and so a way around it: set ClusterIP",
      gatewaySourceRanges: "cannot tell clients apart behind the proxies in the namespace kube-system: restrict them there",
    });
  });
});
