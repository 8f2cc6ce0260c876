import { containersOf, podOf, title, type Container, type KubernetesObject, type PodSpec } from "./kubernetes.ts";

interface Described {
  /** Name in reports: `image-tags`. */
  readonly name: string;
  /** Reason of the rule, and how to meet it. */
  readonly description: string;
}

/** An object that breaks a rule, with its fault. */
export interface Finding {
  readonly object: KubernetesObject;
  readonly fault: string;
}

/** A rule about single objects. It is checked before an object is created. */
export interface ObjectRule extends Described {
  readonly faults: (object: KubernetesObject) => string[];
}

/** A rule about related objects. It is checked when all objects are known. */
export interface SystemRule extends Described {
  readonly findings: (objects: readonly KubernetesObject[]) => Finding[];
}

export type Rule = ObjectRule | SystemRule;

/** Returns all breaches of a rule. */
export function findings(rule: Rule, objects: readonly KubernetesObject[]): Finding[] {
  return "findings" in rule
    ? rule.findings(objects)
    : objects.flatMap((object) => rule.faults(object).map((fault) => ({ object, fault })));
}

/** Returns all breaches of several rules, one line of text for each. */
export function breaches(rules: readonly Rule[], objects: readonly KubernetesObject[]): string[] {
  return rules.flatMap((rule) =>
    findings(rule, objects).map(({ object, fault }) => `${rule.name}: ${title(object)}: ${fault}`),
  );
}

/** Returns a fault unless a condition holds. */
export function unless(holds: boolean | undefined, fault: string): string[] {
  return holds ? [] : [fault];
}

/** Checks every container of an object. */
export const eachContainer =
  (faults: (container: Container) => string[]) =>
  (object: KubernetesObject): string[] =>
    containersOf(object).flatMap((container) =>
      faults(container).map((fault) => `container ${container.name} ${fault}`),
    );

/** Checks the pods of an object. */
export const eachPod =
  (faults: (pod: PodSpec) => string[]) =>
  (object: KubernetesObject): string[] => {
    const pod = podOf(object);
    return pod ? faults(pod) : [];
  };
