import type * as k8s from "@pulumi/kubernetes";

export type Container = k8s.types.output.core.v1.Container;
export type PodSpec = k8s.types.output.core.v1.PodSpec;
export type PodTemplate = k8s.types.output.core.v1.PodTemplateSpec;

/** An object as a program sends it to the API server. `Body` has its fields other than kind and metadata. */
export type KubernetesObject<Body = Readonly<Record<string, unknown>>> = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
} & Body;

type Workload = KubernetesObject<{ readonly spec: k8s.types.output.apps.v1.DeploymentSpec }>;
type CronJob = KubernetesObject<{ readonly spec: k8s.types.output.batch.v1.CronJobSpec }>;
type Pod = KubernetesObject<{ readonly spec: PodSpec }>;

const longRunning = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"];

/** Returns whether an object's pods run until somebody stops them. */
export function isLongRunning({ kind }: KubernetesObject): boolean {
  return longRunning.includes(kind);
}

/** Returns the specification of an object's pods; undefined if it makes none, or if an operator makes them. */
export function podOf(object: KubernetesObject): PodSpec | undefined {
  if (object.kind === "Pod") return (object as unknown as Pod).spec;
  if (object.kind === "CronJob") return (object as unknown as CronJob).spec.jobTemplate.spec.template.spec;
  if (object.kind === "Job" || isLongRunning(object)) return (object as unknown as Workload).spec.template.spec;
  return undefined;
}

/** Returns all containers of an object's pods, init containers first. */
export function containersOf(object: KubernetesObject): Container[] {
  const pod = podOf(object);
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
}

/** Returns the objects of one kind. */
export function ofKind<Body>(objects: readonly KubernetesObject[], kind: string): KubernetesObject<Body>[] {
  return objects.filter((object) => object.kind === kind) as unknown as KubernetesObject<Body>[];
}

const clusterWide = [
  "ClusterIssuer",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterSecretStore",
  "CustomResourceDefinition",
  "GatewayClass",
  "IngressClass",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "StorageClass",
];

/** Returns whether objects of a kind belong to no namespace. */
export function isClusterWide(kind: string): boolean {
  return clusterWide.includes(kind);
}

/** Returns kind, namespace and name: `Deployment shop/web`. */
export function title({ kind, metadata: { namespace, name } }: Pick<KubernetesObject, "kind" | "metadata">): string {
  return `${kind} ${namespace ? `${namespace}/${name}` : name}`;
}

/** Returns the object that a resource sends to the API server; undefined for other resources, patches and charts. */
export function kubernetesObject(
  type: string,
  properties: Readonly<Record<string, unknown>>,
): KubernetesObject | undefined {
  if (!/^kubernetes:[^:]+:\w+$/.test(type) || type.endsWith("Patch") || type.startsWith("kubernetes:helm.sh/"))
    return undefined;
  return properties as unknown as KubernetesObject;
}
