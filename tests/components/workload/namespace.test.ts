import { expect } from "chai";
import { Namespace } from "../../../components/workload/namespace.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { object, objects, resource } from "../../../render/objects.ts";
import { run } from "../../support/program.ts";

describe("namespace", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(() => new Namespace("apps", { partOf: "shop" }))));

  it("has the component's name", () => {
    expect(object(resources, "Namespace", "apps").metadata.name).to.equal("apps");
    expect(resources.find(({ custom }) => !custom)!.outputs).to.deep.equal({ name: "apps" });
  });

  it("names its system in its labels, and to the components in it", async () => {
    expect(object(resources, "Namespace", "apps").metadata.labels).to.include({ "app.kubernetes.io/part-of": "shop" });
    await run(() => {
      const { name, partOf } = new Namespace("apps", { partOf: "shop" });
      expect({ name, partOf }).to.deep.equal({ name: "apps", partOf: "shop" });
    });
  });

  it("admits only pods of the level restricted", () => {
    expect(object(resources, "Namespace", "apps").metadata.labels).to.include({
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    });
  });

  it("admits pods of another level when a reason is given", async () => {
    const level = { name: "privileged", reason: "reads the nodes' log files" } as const;
    const { metadata } = object(await run(() => new Namespace("logs", { partOf: "shop", level })), "Namespace", "logs");
    expect(metadata.labels).to.include({ "pod-security.kubernetes.io/enforce": "privileged" });
    expect(metadata.annotations).to.deep.equal({ "platform/pod-security-reason": level.reason });
  });

  it("opens only name look-ups, after it exists", () => {
    expect(
      objects(resources, "NetworkPolicy").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ).to.have.members(["apps/deny-all", "apps/allow-dns"]);
    for (const policy of ["apps-deny-all", "apps-allow-dns"]) {
      expect(resource(resources, "NetworkPolicy", policy).dependencies).to.include(
        resource(resources, "Namespace", "apps").urn,
      );
    }
  });
});
