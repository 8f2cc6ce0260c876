import type { RecordedResource } from "./recorder.ts";

/** Kinds whose readiness the Kubernetes provider awaits. */
const awaitedKinds = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "Pod",
  "PersistentVolumeClaim",
  "Ingress",
]);

export function kind(resource: RecordedResource): string {
  return resource.type.split(":").at(-1)!;
}

/** Whether dependents of a resource are in a later wave, because of its kind or of an annotation. */
function isAwaited(resource: RecordedResource): boolean {
  const { annotations } = (resource.inputs.metadata ?? {}) as { annotations?: Record<string, string> };
  return awaitedKinds.has(kind(resource)) || annotations?.["pulumi.com/waitFor"] !== undefined;
}

/**
 * Assigns each resource, by URN, the first wave in which it may be applied: every object whose readiness it needs is in
 * an earlier one.
 * @throws Error if resources depend on each other in a cycle.
 */
export function waves(resources: readonly RecordedResource[]): Map<string, number> {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const result = new Map<string, number>();
  const path: string[] = [];

  const waveOf = (urn: string): number => {
    const known = result.get(urn);
    if (known !== undefined) return known;
    if (path.includes(urn))
      throw new Error(`These resources wait for each other: ${[...path.slice(path.indexOf(urn)), urn].join(" -> ")}`);
    const resource = byUrn.get(urn);
    if (!resource) return 0;
    path.push(urn);
    const wave = dependenciesOf(resource, byUrn)
      .map((dependency) => waveOf(dependency) + (isAwaited(byUrn.get(dependency)!) ? 1 : 0))
      .reduce((latest, wave) => Math.max(latest, wave), 0);
    path.pop();
    result.set(urn, wave);
    return wave;
  };

  for (const { urn } of resources) waveOf(urn);
  return result;
}

/** Dependencies of a resource and of the components around it, which are registered before it. */
function dependenciesOf(resource: RecordedResource, byUrn: Map<string, RecordedResource>): string[] {
  const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
  return [...resource.dependencies.filter((urn) => byUrn.has(urn)), ...(parent ? dependenciesOf(parent, byUrn) : [])];
}
