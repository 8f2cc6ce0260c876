import { AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from "@platformatic/kafka";
import { aclsOf, difference } from "@platform/provisioner/kafka-acls.ts";
import { expect } from "chai";

describe("provisioner kafka-acls", () => {
  const acls = aclsOf("engine_a", "engine", { jobs: "consume", events: "publish" });

  it("allow writing published topics, and reading consumed ones in one group", () => {
    expect(
      acls.map(({ resourceType, resourceName, operation }) => [resourceType, resourceName, operation]),
    ).to.deep.equal([
      [ResourceTypes.TOPIC, "jobs", AclOperations.READ],
      [ResourceTypes.GROUP, "engine.jobs", AclOperations.READ],
      [ResourceTypes.TOPIC, "events", AclOperations.WRITE],
    ]);
    for (const acl of acls) {
      expect(acl).to.include({
        principal: "User:engine_a",
        permissionType: AclPermissionTypes.ALLOW,
        resourcePatternType: ResourcePatternTypes.LITERAL,
      });
    }
  });

  it("allow reading followed topics in any group with a prefix", () => {
    const [read, group] = aclsOf("engine_a", "engine", { control: "follow" });
    expect(read).to.include({
      resourceType: ResourceTypes.TOPIC,
      resourceName: "control",
      operation: AclOperations.READ,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    });
    expect(group).to.include({
      resourceType: ResourceTypes.GROUP,
      resourceName: "engine.control.",
      operation: AclOperations.READ,
      resourcePatternType: ResourcePatternTypes.PREFIXED,
    });
  });

  it("add missing entries and remove undeclared ones", () => {
    expect(difference([], acls)).to.deep.equal({ missing: acls, surplus: [] });
    expect(difference(structuredClone(acls), acls)).to.deep.equal({ missing: [], surplus: [] });
    const prefixed = { ...acls[0]!, resourcePatternType: ResourcePatternTypes.PREFIXED };
    expect(difference([prefixed, acls[1]!], acls)).to.deep.equal({ missing: [acls[0], acls[2]], surplus: [prefixed] });
    expect(difference(acls, [])).to.deep.equal({ missing: [], surplus: acls });
  });
});
