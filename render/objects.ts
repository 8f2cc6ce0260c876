import type * as k8s from "@pulumi/kubernetes";
import { kubernetesObject, type Container, type KubernetesObject, type PodSpec } from "../policies/kubernetes.ts";
import type { RecordedResource } from "./recorder.ts";
import { kind as kindOf } from "./waves.ts";

interface CustomObject<Spec> {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations: Record<string, string | undefined>;
  };
  readonly spec: Spec;
}

interface GatewaySpec {
  readonly gatewayClassName: string;
  readonly listeners: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly port: number;
    readonly tls?: object;
  }[];
}

interface HttpRouteSpec {
  readonly parentRefs: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
  readonly hostnames: readonly string[];
  readonly rules: readonly object[];
}

/** The part of CloudNativePG's Cluster that tests read. */
interface ClusterSpec {
  readonly instances: number;
  readonly postgresql: { readonly synchronous: Record<string, unknown> };
  readonly topologySpreadConstraints: readonly Record<string, unknown>[];
  readonly plugins?: readonly unknown[];
  readonly bootstrap?: unknown;
  readonly externalClusters?: readonly unknown[];
}
interface ObjectStoreSpec {
  readonly retentionPolicy: string;
  readonly configuration: { readonly s3Credentials: Record<string, unknown> };
}

/** Kubernetes objects by kind, in the form in which the API server gets them. */
export interface Objects {
  Cluster: CustomObject<ClusterSpec>;
  ConfigMap: k8s.types.output.core.v1.ConfigMap;
  CronJob: k8s.types.output.batch.v1.CronJob;
  Deployment: k8s.types.output.apps.v1.Deployment;
  Gateway: CustomObject<GatewaySpec>;
  HTTPRoute: CustomObject<HttpRouteSpec>;
  HorizontalPodAutoscaler: k8s.types.output.autoscaling.v2.HorizontalPodAutoscaler;
  Ingress: k8s.types.output.networking.v1.Ingress;
  Job: k8s.types.output.batch.v1.Job;
  Namespace: k8s.types.output.core.v1.Namespace;
  NetworkPolicy: k8s.types.output.networking.v1.NetworkPolicy;
  ObjectStore: CustomObject<ObjectStoreSpec>;
  PodDisruptionBudget: k8s.types.output.policy.v1.PodDisruptionBudget;
  PriorityClass: k8s.types.output.scheduling.v1.PriorityClass;
  ScheduledBackup: CustomObject<Record<string, unknown>>;
  Secret: k8s.types.output.core.v1.Secret;
  Service: k8s.types.output.core.v1.Service;
  ServiceAccount: k8s.types.output.core.v1.ServiceAccount;
  StatefulSet: k8s.types.output.apps.v1.StatefulSet;
}
export type Kind = keyof Objects;

/** Objects of a kind, without components whose type has the same name. */
function ofKind(resources: readonly RecordedResource[], kind: Kind): RecordedResource[] {
  return resources.filter((candidate) => candidate.custom && kindOf(candidate) === kind);
}

/**
 * Whether a resource is meant by the name that the program gave it, or by `namespace/name` where several have that
 * name.
 */
function isNamed({ name, inputs }: RecordedResource, reference: string): boolean {
  const { namespace } = (inputs.metadata ?? {}) as { namespace?: string };
  return reference === name || reference === `${namespace}/${name}`;
}

/**
 * The one of these that is meant.
 * @throws Error where there is none, or more than one.
 */
function only(candidates: readonly RecordedResource[], what: string, reference: string): RecordedResource {
  const named = candidates.filter((candidate) => isNamed(candidate, reference));
  if (named.length === 1) return named[0]!;
  const names = (named.length > 1 ? named : candidates).map(
    ({ name, inputs }) => `${(inputs.metadata as { namespace?: string }).namespace}/${name}`,
  );
  throw new Error(`${named.length} ${what} are named ${reference}; there are ${names.join(", ") || "none"}.`);
}

/** The object of a kind that the program gave this name, or `namespace/name`, as it was registered. */
export function resource(resources: readonly RecordedResource[], kind: Kind, name: string): RecordedResource {
  return only(ofKind(resources, kind), `of kind ${kind}`, name);
}

/** The same as the program gave it. */
export function object<K extends Kind>(resources: readonly RecordedResource[], kind: K, name: string): Objects[K] {
  return resource(resources, kind, name).inputs as unknown as Objects[K];
}

export function objects<K extends Kind>(resources: readonly RecordedResource[], kind: K): Objects[K][] {
  return ofKind(resources, kind).map(({ inputs }) => inputs as unknown as Objects[K]);
}

/** All objects that the program sends to the API server. */
export function kubernetesObjects(resources: readonly RecordedResource[]): KubernetesObject[] {
  return resources.flatMap(({ type, inputs }) => kubernetesObject(type, inputs) ?? []);
}

/** An object that makes pods. */
export interface Workload {
  readonly urn: string;
  readonly kind: (typeof workloadKinds)[number];
  readonly name: string;
  readonly namespace: string;
  readonly podLabels: Record<string, string>;
  readonly pod: PodSpec;
  readonly object: Objects[(typeof workloadKinds)[number]];
}

const workloadKinds = ["Deployment", "StatefulSet", "Job", "CronJob"] as const;

export function workloads(resources: readonly RecordedResource[]): Workload[] {
  return workloadKinds.flatMap((kind) => ofKind(resources, kind).map((resource) => asWorkload(resource)));
}

/** The workload that the program gave this name, or `namespace/name`. */
export function workload(resources: readonly RecordedResource[], name: string): Workload {
  const candidates = workloadKinds.flatMap((kind) => ofKind(resources, kind));
  return asWorkload(only(candidates, "workloads", name));
}

function asWorkload(resource: RecordedResource): Workload {
  const object = resource.inputs as unknown as Workload["object"];
  const { metadata, spec } = ("jobTemplate" in object.spec ? object.spec.jobTemplate.spec : object.spec).template;
  return {
    urn: resource.urn,
    kind: kindOf(resource) as Workload["kind"],
    name: resource.name,
    namespace: object.metadata.namespace,
    podLabels: metadata.labels,
    pod: spec,
    object,
  };
}

export function containers({ pod }: Workload): Container[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}

/**
 * The environment that the container of a workload sees, references followed, without what the pod itself adds to it.
 */
export function environment(resources: readonly RecordedResource[], name: string): Record<string, string> {
  const { pod, namespace } = workload(resources, name);
  const { env, envFrom } = pod.containers[0]!;
  const referred = <K extends "ConfigMap" | "Secret">(kind: K, name: string) =>
    objects(resources, kind).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)!;
  const fromMaps = (envFrom ?? []).map(({ configMapRef }) => referred("ConfigMap", configMapRef.name).data);
  const own = (env ?? []).flatMap(({ name, value, valueFrom }): [string, string][] => {
    if (valueFrom?.secretKeyRef)
      return [[name, referred("Secret", valueFrom.secretKeyRef.name).stringData[valueFrom.secretKeyRef.key]!]];
    return valueFrom ? [] : [[name, value]];
  });
  return Object.assign({}, ...fromMaps, Object.fromEntries(own)) as Record<string, string>;
}
