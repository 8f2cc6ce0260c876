import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { Ingress, type IngressArgs } from "../../components/ingress.ts";
import type { RecordedResource } from "../../render/recorder.ts";
import { object } from "../support/objects.ts";
import { run } from "../support/program.ts";

const ingress = (more: Partial<IngressArgs> = {}) =>
  run(() => {
    const service = new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "apps" } });
    return new Ingress("front", { namespace: "apps", host: "chatdb.example.com", service, ...more });
  });

describe("ingress", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await ingress()));

  it("leads all paths of its host to the Service's port http", () => {
    const { metadata, spec } = object(resources, "Ingress", "front");
    expect(metadata).to.include({ name: "front", namespace: "apps" });
    expect(spec.rules).to.deep.equal([
      {
        host: "chatdb.example.com",
        http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { name: "http" } } } }] },
      },
    ]);
    expect(resources.find(({ custom }) => !custom)!.outputs).to.deep.equal({ url: "http://chatdb.example.com" });
  });

  it("takes the cluster's class, or the one that is said", async () => {
    expect(object(resources, "Ingress", "front").spec.ingressClassName).to.equal(undefined);
    expect(object(await ingress({ className: "nginx" }), "Ingress", "front").spec.ingressClassName).to.equal("nginx");
  });

  it("is waited for, unless the cluster gives no addresses", async () => {
    expect(object(resources, "Ingress", "front").metadata.annotations).to.equal(undefined);
    expect(object(await ingress({ awaitAddress: false }), "Ingress", "front").metadata.annotations).to.deep.equal({ "pulumi.com/skipAwait": "true" });
  });
});
