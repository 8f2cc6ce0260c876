import type { NamespaceRef } from "./namespace-ref.ts";

type Labels = Record<string, string>;

/**
 * Labels that every object of a workload carries; the recommended ones of
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
 * @param partOf the system, as {@link NamespaceRef} has it
 */
export function labels(name: string, component: string, { partOf }: Pick<NamespaceRef, "partOf">): Labels {
  return { ...selector(name), "app.kubernetes.io/component": component, ...partOfLabel(partOf) };
}

/** The label that says which system an object is part of. */
export function partOfLabel(system: string): Labels {
  return { "app.kubernetes.io/part-of": system };
}

/** Labels that find a workload's pods. A selector cannot change without replacing the workload: keep it minimal. */
export function selector(name: string): Labels {
  return { "app.kubernetes.io/name": name };
}
