import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { Ingress } from "../../../components/network/ingress.ts";
import type { RouteArgs } from "../../../components/network/route.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { object } from "../../../render/objects.ts";
import { run, namespace } from "../../support/program.ts";

const ingress = (more: Partial<RouteArgs> = {}) =>
  run(() => {
    const service = new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "apps" } });
    return new Ingress("front", { namespace: namespace("apps"), host: "chatdb.example.com", service, ...more });
  });

const url = (resources: readonly RecordedResource[]) => resources.find(({ custom }) => !custom)!.outputs.url;

describe("ingress", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await ingress()));

  it("routes all paths of its host to the Service's port http", () => {
    const { metadata, spec } = object(resources, "Ingress", "front");
    expect(metadata).to.include({ name: "front", namespace: "apps" });
    expect(spec.rules).to.deep.equal([
      {
        host: "chatdb.example.com",
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { name: "http" } } } }],
        },
      },
    ]);
    expect(spec.tls).to.equal(undefined);
    expect(url(resources)).to.equal("http://chatdb.example.com");
  });

  it("uses the cluster's default class, or the given one", async () => {
    expect(object(resources, "Ingress", "front").spec.ingressClassName).to.equal(undefined);
    expect(object(await ingress({ className: "traefik" }), "Ingress", "front").spec.ingressClassName).to.equal(
      "traefik",
    );
  });

  it("terminates TLS with a certificate of cert-manager", async () => {
    const secure = await ingress({ tls: { issuer: "letsencrypt", secret: "front-tls" } });
    const { metadata, spec } = object(secure, "Ingress", "front");
    expect(spec.tls).to.deep.equal([{ hosts: ["chatdb.example.com"], secretName: "front-tls" }]);
    expect(metadata.annotations).to.deep.equal({ "cert-manager.io/cluster-issuer": "letsencrypt" });
    expect(url(secure)).to.equal("https://chatdb.example.com");
  });

  it("terminates TLS with an existing certificate, and passes annotations to its controller", async () => {
    const annotations = { "traefik.ingress.kubernetes.io/router.entrypoints": "websecure" };
    const { metadata, spec } = object(await ingress({ tls: { secret: "bought" }, annotations }), "Ingress", "front");
    expect(spec.tls).to.deep.equal([{ hosts: ["chatdb.example.com"], secretName: "bought" }]);
    expect(metadata.annotations).to.deep.equal(annotations);
  });

  it("waits for an address, unless the cluster assigns none", async () => {
    expect(object(resources, "Ingress", "front").metadata.annotations).to.deep.equal({});
    expect(object(await ingress({ awaitAddress: false }), "Ingress", "front").metadata.annotations).to.deep.equal({
      "pulumi.com/skipAwait": "true",
    });
  });
});
