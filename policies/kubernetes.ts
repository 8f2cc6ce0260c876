import type * as k8s from "@pulumi/kubernetes";

export type Container = k8s.types.output.core.v1.Container;
export type PodSpec = k8s.types.output.core.v1.PodSpec;
export type PodTemplate = k8s.types.output.core.v1.PodTemplateSpec;

/** An object as a program gives it to the API server; `Body` is what it has beside the usual. */
export type KubernetesObject<Body = Readonly<Record<string, unknown>>> = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
} & Body;

type Workload = KubernetesObject<{ readonly spec: k8s.types.output.apps.v1.DeploymentSpec }>;
type CronJob = KubernetesObject<{ readonly spec: k8s.types.output.batch.v1.CronJobSpec }>;
type Pod = KubernetesObject<{ readonly spec: PodSpec }>;

const longRunning = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"];

/** Whether its pods are meant to run for good. */
export function isLongRunning({ kind }: KubernetesObject): boolean {
  return longRunning.includes(kind);
}

/** The pods that an object makes; undefined where it makes none, or leaves them to an operator. */
export function podOf(object: KubernetesObject): PodSpec | undefined {
  if (object.kind === "Pod") return (object as unknown as Pod).spec;
  if (object.kind === "CronJob") return (object as unknown as CronJob).spec.jobTemplate.spec.template.spec;
  if (object.kind === "Job" || isLongRunning(object)) return (object as unknown as Workload).spec.template.spec;
  return undefined;
}

/** All containers of the pods that an object makes, those that run before the others first. */
export function containersOf(object: KubernetesObject): Container[] {
  const pod = podOf(object);
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
}

/** The objects of one kind. */
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

/** Whether objects of a kind belong to the whole cluster and are in no namespace. */
export function isClusterWide(kind: string): boolean {
  return clusterWide.includes(kind);
}

/** How people name an object: `Deployment chatdb-services/ml-engine`. */
export function title({ kind, metadata: { namespace, name } }: Pick<KubernetesObject, "kind" | "metadata">): string {
  return `${kind} ${namespace ? `${namespace}/${name}` : name}`;
}

/** What a resource of Pulumi gives to the API server; undefined for what is no object of Kubernetes, or only a part of one. */
export function kubernetesObject(
  type: string,
  properties: Readonly<Record<string, unknown>>,
): KubernetesObject | undefined {
  if (!/^kubernetes:[^:]+:\w+$/.test(type) || type.endsWith("Patch") || type.startsWith("kubernetes:helm.sh/"))
    return undefined;
  return properties as unknown as KubernetesObject;
}
