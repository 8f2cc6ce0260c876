/**
 * Labels every object of a workload carries; the recommended ones of
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
 */
export function labels(name: string, component: string): Record<string, string> {
  return { ...selector(name), "app.kubernetes.io/component": component, "app.kubernetes.io/part-of": "chatdb" };
}

/** The labels that find a workload's pods. A selector cannot change without replacing the workload: keep it minimal. */
export function selector(name: string): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}
