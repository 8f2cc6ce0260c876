import { containersOf, podOf, title, type Container, type KubernetesObject, type PodSpec } from "./kubernetes.ts";

interface Described {
  /** What it is called where it is broken, `image-tags` say. */
  readonly name: string;
  /** Why it is there, and what to do. */
  readonly description: string;
}

/** What is wrong with an object, and which. */
export interface Finding {
  readonly object: KubernetesObject;
  readonly fault: string;
}

/** A rule that shows in one object alone: it is checked before the object is made. */
export interface ObjectRule extends Described {
  readonly faults: (object: KubernetesObject) => string[];
}

/** A rule about objects that belong together: it is checked when all are known. */
export interface SystemRule extends Described {
  readonly findings: (objects: readonly KubernetesObject[]) => Finding[];
}

export type Rule = ObjectRule | SystemRule;

/** All that is wrong by a rule. */
export function findings(rule: Rule, objects: readonly KubernetesObject[]): Finding[] {
  return "findings" in rule
    ? rule.findings(objects)
    : objects.flatMap((object) => rule.faults(object).map((fault) => ({ object, fault })));
}

/** The same as lines for people. */
export function breaches(rules: readonly Rule[], objects: readonly KubernetesObject[]): string[] {
  return rules.flatMap((rule) =>
    findings(rule, objects).map(({ object, fault }) => `${rule.name}: ${title(object)}: ${fault}`),
  );
}

/** A fault, unless all is well. */
export function unless(holds: boolean | undefined, fault: string): string[] {
  return holds ? [] : [fault];
}

/** A check of every container of an object. */
export const eachContainer =
  (faults: (container: Container) => string[]) =>
  (object: KubernetesObject): string[] =>
    containersOf(object).flatMap((container) =>
      faults(container).map((fault) => `container ${container.name} ${fault}`),
    );

/** A check of the pods of an object. */
export const eachPod =
  (faults: (pod: PodSpec) => string[]) =>
  (object: KubernetesObject): string[] => {
    const pod = podOf(object);
    return pod ? faults(pod) : [];
  };
