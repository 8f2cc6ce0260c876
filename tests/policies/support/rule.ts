import { expect } from "chai";
import type { KubernetesObject } from "../../../policies/kubernetes.ts";
import { findings, type Rule } from "../../../policies/rule.ts";

/** Returns the faults that a rule finds in some objects. */
export function faults(rule: Rule, ...objects: KubernetesObject[]): string[] {
  return findings(rule, objects).map(({ fault }) => fault);
}

/** Tests that a rule accepts the objects of `accepted`, and reports exactly the given fault for those of `rejected`. */
export function ruleTests(
  rule: Rule,
  accepted: Readonly<Record<string, KubernetesObject[]>>,
  rejected: Readonly<Record<string, readonly [fault: string, ...KubernetesObject[]]>>,
): void {
  describe(`policy ${rule.name}`, () => {
    for (const [what, objects] of Object.entries(accepted)) {
      it(`accepts ${what}`, () => expect(faults(rule, ...objects)).to.deep.equal([]));
    }
    for (const [what, [fault, ...objects]] of Object.entries(rejected)) {
      it(`rejects ${what}`, () => expect(faults(rule, ...objects)).to.deep.equal([fault]));
    }
  });
}
