import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Destination } from "../network/connection.ts";
import { requireDnsLabel } from "./dns-label.ts";
import { labels, selector } from "./labels.ts";
import { edgePolicies } from "../network/network-policy.ts";
import { bounded, restrictedContainer, restrictedPod, scratch, spread, type Resources, type Spreading } from "./pod.ts";
import type { Size } from "./quantities.ts";
import { ownAccount } from "./service-account.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

type Container = k8s.types.input.core.v1.Container;

/** Arguments that every server with data has, whatever its kind. */
export interface ServerArgs {
  /**
   * Namespace of all objects. Changing it makes a new, empty server; the old one's volumes stay in the old namespace.
   */
  readonly namespace: NamespaceRef;
  /** CPU and memory of each replica. */
  readonly resources: Resources;
  /**
   * Size of each replica's volume. Kubernetes cannot change it in place: Pulumi would replace the StatefulSet, with
   * all pods stopped meanwhile. The volumes themselves, and the data, stay.
   */
  readonly storage: Size;
  /**
   * Name of the StorageClass. Default: the cluster's default class. Changing it replaces the StatefulSet as {@link
   * storage} does.
   */
  readonly storageClass?: string;
  /** Whether each replica needs a node of its own, see {@link spread}. Default `preferred`. */
  readonly spreading?: Spreading;
  /** Name of a PriorityClass. Default: the cluster's default. */
  readonly priorityClass?: pulumi.Input<string>;
  /** Refuse to delete or replace what holds or opens the data. Default false. */
  readonly protect?: boolean;
}

/** Picks from larger arguments those that a server is given, so that others do not pass along unseen. */
export function serverArgs(args: ServerArgs): ServerArgs {
  const { namespace, resources, storage, storageClass, spreading, priorityClass, protect } = args;
  return { namespace, resources, storage, storageClass, spreading, priorityClass, protect };
}

export interface StatefulServiceArgs extends ServerArgs {
  /** Image of the server, with a version or a digest. */
  readonly image: string;
  /** Numeric user and group of the image; it owns the volume. */
  readonly uid: number;
  /** Service ports by name. Clients use the first. */
  readonly ports: Record<string, number>;
  /** Number of pods, each with a volume of its own. Volumes of pods that are taken away stay. */
  readonly replicas: number;
  /** Path at which the volume is mounted. Changing it hides the data that is there. */
  readonly dataPath: string;
  /** Paths that the program writes to besides its data; each is empty at the start of a pod. */
  readonly scratchPaths: readonly string[];
  /**
   * Whether replicas find each other by name before they are ready, and start together: a quorum cannot form one by
   * one. Default false. Changing it replaces the StatefulSet; the volumes stay.
   */
  readonly quorum?: boolean;
  /** Destinations of the replicas, themselves among them where they form a cluster. Default: none. */
  readonly peers?: readonly Destination[];
  /** Arguments, environment and probes of the container. */
  readonly container: Pick<Container, "args" | "env" | "startupProbe" | "readinessProbe" | "livenessProbe">;
  /** Time to shut down cleanly, in seconds. Default 60. */
  readonly terminationGracePeriodSeconds?: number;
}

/**
 * Characters of a StatefulSet's name, to which Kubernetes appends a dash and the hash of a revision in its pods'
 * labels.
 */
const longestName = 52;

/** Name of the headless Service that gives the pods of a StatefulSet their DNS names. */
export function governingService(name: string): string {
  return `${name}-headless`;
}

/**
 * A StatefulSet with a volume per replica, the headless Service that names its pods, and the Service that clients use.
 * Renaming it makes a new, empty server; the old one's volumes stay until somebody deletes them.
 *
 * @example
 * const cache = new StatefulService("cache", {
 *   namespace, image: "redis:8.2", uid: 999, replicas: 1, ports: { redis: 6379 }, storage: "1Gi",
 *   dataPath: "/data", scratchPaths: [], container: { readinessProbe }, resources,
 * });
 * cache.host; // "cache.<namespace>.svc.cluster.local"
 */
export class StatefulService extends pulumi.ComponentResource {
  /** DNS name inside the cluster. */
  readonly host: pulumi.Output<string>;
  /** Clients can connect when these are ready. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: StatefulServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:workload:StatefulService", name, {}, opts);
    requireDnsLabel("StatefulService", name, longestName);
    const metadata = { namespace: args.namespace.created, labels: labels(name, "infrastructure", args.namespace) };
    const ports = Object.entries(args.ports).map(([port, number]) => ({ name: port, port: number, targetPort: port }));
    const headless = new k8s.core.v1.Service(
      governingService(name),
      {
        metadata: { ...metadata, name: governingService(name) },
        spec: { clusterIP: "None", selector: selector(name), ports, publishNotReadyAddresses: args.quorum ?? false },
      },
      { parent: this },
    );
    const account = ownAccount(name, args.namespace, "infrastructure", this);
    const policies = edgePolicies({ name, namespace: args.namespace, labels: selector(name) }, args.peers ?? [], this);
    const statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: { ...metadata, name },
        spec: {
          serviceName: headless.metadata.name,
          replicas: args.replicas,
          podManagementPolicy: args.quorum ? "Parallel" : "OrderedReady",
          // A replica accepts connections before it has caught up: an update waits before it stops the next one.
          minReadySeconds: args.quorum && args.replicas > 1 ? 15 : undefined,
          selector: { matchLabels: selector(name) },
          template: podTemplate(name, args, account.metadata.name),
          volumeClaimTemplates: [volumeClaim(args)],
          // A replaced StatefulSet finds its data again. Volumes go with the namespace, or by hand.
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        },
      },
      { parent: this, dependsOn: policies, protect: args.protect },
    );
    // The StatefulSet's readiness is the gate; an awaited Service would only add the provider's ten seconds of
    // settling.
    const service = new k8s.core.v1.Service(
      name,
      {
        metadata: {
          ...metadata,
          name,
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: { selector: selector(name), ports },
      },
      { parent: this },
    );
    if (args.replicas > 1) {
      new k8s.policy.v1.PodDisruptionBudget(
        name,
        {
          metadata: { name, namespace: metadata.namespace },
          spec: { maxUnavailable: 1, selector: { matchLabels: selector(name) } },
        },
        { parent: this },
      );
    }
    this.host = service.metadata.apply(({ name, namespace }) => `${name}.${namespace}.svc.cluster.local`);
    this.ready = [statefulSet, service];
    this.registerOutputs({ host: this.host });
  }
}

function podTemplate(
  name: string,
  args: StatefulServiceArgs,
  serviceAccountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodTemplateSpec {
  const { volumes, volumeMounts } = scratch(args.scratchPaths, "128Mi");
  return {
    metadata: { labels: labels(name, "infrastructure", args.namespace) },
    spec: {
      ...restrictedPod(args.uid),
      serviceAccountName,
      priorityClassName: args.priorityClass,
      terminationGracePeriodSeconds: args.terminationGracePeriodSeconds ?? 60,
      volumes,
      ...spread(selector(name), args.spreading),
      containers: [
        {
          ...args.container,
          ...restrictedContainer,
          name,
          image: args.image,
          imagePullPolicy: "IfNotPresent",
          ports: Object.entries(args.ports).map(([port, containerPort]) => ({ name: port, containerPort })),
          resources: bounded(args.resources),
          volumeMounts: [{ name: "data", mountPath: args.dataPath }, ...volumeMounts],
        },
      ],
    },
  };
}

function volumeClaim(args: StatefulServiceArgs): k8s.types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: args.storageClass,
      resources: { requests: { storage: args.storage } },
    },
  };
}
