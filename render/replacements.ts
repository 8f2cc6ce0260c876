import type { RecordedResource } from "./recorder.ts";

/**
 * Properties of kinds whose change replaces the object, as the Kubernetes provider has them: `forceNew` in
 * provider/pkg/provider/diff.go of pulumi/pulumi-kubernetes 4.34. Kinds of old API versions, and PersistentVolumes,
 * which only an administrator makes, are left out.
 */
const ofKind: Readonly<Record<string, readonly string[]>> = {
  "apps/v1:DaemonSet": ["spec.selector"],
  "apps/v1:Deployment": ["spec.selector"],
  "apps/v1:StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1:Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "core/v1:ConfigMap": ["data", "binaryData"],
  "core/v1:PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "core/v1:ResourceQuota": ["spec.scopes"],
  "core/v1:Secret": ["type", "data", "stringData"],
  "core/v1:Service": ["spec.clusterIP"],
  "rbac.authorization.k8s.io/v1:ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1:RoleBinding": ["roleRef"],
  "storage.k8s.io/v1:StorageClass": ["parameters", "provisioner"],
};

/** Another name or namespace is another object: `metadataForceNewProperties`, at the same place. */
const ofObjects = ["metadata.name", "metadata.namespace"];

/**
 * Those of the changed properties that force a resource to be replaced.
 *
 * A made-up value is replaced by any change: each input of RandomPassword and RandomId is RequiresReplace in
 * internal/provider/ of hashicorp/terraform-provider-random. Kubernetes' own provider is replaced, and all objects with
 * it, when it is told of another cluster: `DiffConfig` in provider/pkg/provider/provider.go.
 */
export function forcing({ type }: RecordedResource, changed: readonly string[]): string[] {
  if (type.startsWith("random:")) return [...changed];
  const kind = /^kubernetes:(.+)$/.exec(type)?.[1];
  const forced =
    kind === undefined
      ? type === "pulumi:providers:kubernetes"
        ? ["clusterIdentifier"]
        : []
      : [...ofObjects, ...(ofKind[kind] ?? [])];
  return forced.filter((property) =>
    changed.some((path) => path === property || path.startsWith(`${property}.`) || property.startsWith(`${path}.`)),
  );
}
