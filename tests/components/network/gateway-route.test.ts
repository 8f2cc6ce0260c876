import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { GatewayRoute, type GatewayRouteArgs } from "../../../components/network/gateway-route.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { object, objects } from "../../../render/objects.ts";
import { run, namespace } from "../../support/program.ts";

const host = "chatdb.example.com";
const tls = { issuer: "letsencrypt", secret: "front-tls" };
const gateway = { name: "shared", namespace: "infra", https: true };

const route = (more: Partial<GatewayRouteArgs> = {}) =>
  run(() => {
    const spec = {
      ports: [
        { name: "metrics", port: 9090 },
        { name: "http", port: 80 },
      ],
    };
    const service = new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "apps" }, spec });
    return new GatewayRoute("front", { namespace: namespace("apps"), host, service, className: "eg", ...more });
  });

const url = (resources: readonly RecordedResource[]) => resources.find(({ custom }) => !custom)!.outputs.url;
const listeners = (resources: readonly RecordedResource[]) => object(resources, "Gateway", "front").spec.listeners;

describe("gateway route", () => {
  let plain: RecordedResource[];
  let secure: RecordedResource[];
  before(async () => {
    plain = await route();
    secure = await route({ tls });
  });

  it("routes all paths of its host to the Service's port http, through its own Gateway", () => {
    const { spec } = object(plain, "Gateway", "front");
    expect(spec.gatewayClassName).to.equal("eg");
    expect(spec.listeners).to.deep.equal([
      { name: "http", protocol: "HTTP", port: 80, hostname: host, allowedRoutes: { namespaces: { from: "Same" } } },
    ]);
    expect(objects(plain, "HTTPRoute").map(({ spec }) => spec)).to.deep.equal([
      {
        parentRefs: [{ name: "front", sectionName: "http" }],
        hostnames: [host],
        rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: "web", port: 80 }] }],
      },
    ]);
    expect(url(plain)).to.equal(`http://${host}`);
  });

  it("terminates TLS with a certificate of cert-manager, and redirects plain HTTP", () => {
    expect(object(secure, "Gateway", "front").metadata.annotations).to.include({
      "cert-manager.io/cluster-issuer": "letsencrypt",
    });
    expect(listeners(secure).map(({ name, port }) => [name, port])).to.deep.equal([
      ["http", 80],
      ["https", 443],
    ]);
    expect(listeners(secure)[1]!.tls).to.deep.equal({
      mode: "Terminate",
      certificateRefs: [{ kind: "Secret", name: "front-tls" }],
    });
    expect(object(secure, "HTTPRoute", "front").spec.parentRefs).to.deep.equal([
      { name: "front", sectionName: "https" },
    ]);
    const redirect = object(secure, "HTTPRoute", "front-redirect").spec;
    expect(redirect.parentRefs).to.deep.equal([{ name: "front", sectionName: "http" }]);
    expect(redirect.rules).to.deep.equal([
      { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] },
    ]);
    expect(url(secure)).to.equal(`https://${host}`);
  });

  it("listens on the ports of its class", async () => {
    expect(listeners(await route({ tls, ports: { http: 8000, https: 8443 } })).map(({ port }) => port)).to.deep.equal([
      8000, 8443,
    ]);
  });

  it("attaches to an existing Gateway, or to one of its listeners", async () => {
    const attached = await route({ gateway });
    expect(objects(attached, "Gateway")).to.deep.equal([]);
    expect(objects(attached, "HTTPRoute").map(({ spec }) => spec.parentRefs)).to.deep.equal([
      [{ name: "shared", namespace: "infra" }],
    ]);
    expect(url(attached)).to.equal(`https://${host}`);
    const listener = await route({ gateway: { ...gateway, listener: "web", https: false } });
    expect(object(listener, "HTTPRoute", "front").spec.parentRefs).to.deep.equal([
      { name: "shared", namespace: "infra", sectionName: "web" },
    ]);
    expect(url(listener)).to.equal(`http://${host}`);
  });

  it("waits for acceptance, unless no controller would accept it", async () => {
    const awaited = (resources: readonly RecordedResource[]) =>
      [...objects(resources, "Gateway"), ...objects(resources, "HTTPRoute")].map(
        ({ metadata }) => metadata.annotations["pulumi.com/waitFor"],
      );
    const accepted = 'jsonpath={.status.parents[*].conditions[?(@.type=="Accepted")].status}=True';
    expect(awaited(secure)).to.deep.equal(["condition=Programmed", accepted, accepted]);
    expect(awaited(await route({ tls, awaitAddress: false }))).to.deep.equal([undefined, undefined, undefined]);
  });
});
