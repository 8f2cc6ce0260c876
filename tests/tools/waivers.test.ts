import { expect } from "chai";
import type { StackFinding } from "../../tools/finding.ts";
import { applyWaivers, readWaivers } from "../../tools/waivers.ts";

const finding: StackFinding = {
  stack: "dev",
  object: "Deployment apps/web",
  check: "kube-score/service-type",
  message: "is open",
  critical: true,
};
const reason = "It is meant to be just so.";

describe("waivers", () => {
  const covering = {
    "the object and the check": { object: "Deployment apps/web", check: finding.check, reason },
    "a pattern": { object: "Deployment */web", check: finding.check, reason },
    "its stack": { stack: "dev", object: "*", check: finding.check, reason },
  } as const;
  for (const [what, waiver] of Object.entries(covering)) {
    it(`cover a finding by ${what}`, () =>
      expect(applyWaivers([finding], [waiver])).to.deep.equal({ left: [], unused: [] }));
  }

  const missing = {
    "another check": { object: "*", check: "kube-score/probes", reason },
    "another object": { object: "Deployment apps/we", check: finding.check, reason },
    "another stack": { stack: "prod", object: "*", check: finding.check, reason },
  } as const;
  for (const [what, waiver] of Object.entries(missing)) {
    it(`of ${what} cover nothing, and are reported as unused`, () => {
      expect(applyWaivers([finding], [waiver])).to.deep.equal({ left: [finding], unused: [waiver] });
    });
  }

  it("must have a reason", () => {
    expect(readWaivers("- { check: a, object: b, reason: It is meant to be just so. }")).to.have.length(1);
    expect(() => readWaivers("- { check: a, object: b }")).to.throw("policies/waivers.yaml is not a list");
    expect(() => readWaivers("- { check: a, object: b, reason: ok }")).to.throw("says too little");
    expect(() => readWaivers("- { check: a, object: b, reason: It is meant to be just so., stack: test }")).to.throw(
      "stack",
    );
  });

  it("of the project are valid", () => expect(readWaivers()).to.not.be.empty);
});
