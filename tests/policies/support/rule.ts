import { expect } from "chai";
import type { KubernetesObject } from "../../../policies/kubernetes.ts";
import { findings, type Rule } from "../../../policies/rule.ts";

/** What is wrong by a rule with some objects, in words. */
export function faults(rule: Rule, ...objects: KubernetesObject[]): string[] {
  return findings(rule, objects).map(({ fault }) => fault);
}

/** Tests that a rule has nothing to say about the objects of `passing`, and just one thing, as given, about those of `breaking`. */
export function ruleTests(
  rule: Rule,
  passing: Readonly<Record<string, KubernetesObject[]>>,
  breaking: Readonly<Record<string, readonly [fault: string, ...KubernetesObject[]]>>,
): void {
  describe(`policy ${rule.name}`, () => {
    for (const [what, objects] of Object.entries(passing)) {
      it(`lets pass ${what}`, () => expect(faults(rule, ...objects)).to.deep.equal([]));
    }
    for (const [what, [fault, ...objects]] of Object.entries(breaking)) {
      it(`notices ${what}`, () => expect(faults(rule, ...objects)).to.deep.equal([fault]));
    }
  });
}
