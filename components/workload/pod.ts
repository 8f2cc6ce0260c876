import type * as k8s from "@pulumi/kubernetes";
import { seconds, type Cpu, type Duration, type Size } from "./quantities.ts";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;
type Probe = k8s.types.input.core.v1.Probe;

/** Resources that a container is guaranteed, and the limits that it cannot exceed. */
export interface Resources {
  /** Guaranteed; the scheduler and an autoscaler count by it. */
  readonly requests: { readonly cpu: Cpu; readonly memory: Size };
  /** More CPU is throttled, more memory kills the container. */
  readonly limits: { readonly cpu: Cpu; readonly memory: Size };
}

/**
 * Adds bounds for what a container writes beside its volumes: logs, which the node keeps, and its scratch paths.
 * Kubernetes evicts a pod that writes more before it fills its node.
 */
export function bounded({ requests, limits }: Resources): k8s.types.input.core.v1.ResourceRequirements {
  return { requests: { ...requests, "ephemeral-storage": "64Mi" }, limits: { ...limits, "ephemeral-storage": "1Gi" } };
}

/** Timing of a probe: time before the first one, time between two, and time to answer. */
export interface ProbeTiming {
  readonly initialDelay: Duration;
  readonly period: Duration;
  readonly timeout: Duration;
}

/** Action of a probe, beside its timing. */
export type ProbeAction = Pick<Probe, "httpGet" | "exec" | "tcpSocket">;

/** A probe that fails after `failureThreshold` failures in a row. Default 3. */
export function probe(action: ProbeAction, timing: ProbeTiming, failureThreshold = 3): Probe {
  return {
    ...action,
    initialDelaySeconds: seconds(timing.initialDelay),
    periodSeconds: seconds(timing.period),
    timeoutSeconds: seconds(timing.timeout),
    failureThreshold,
  };
}

/**
 * A probe each second for at most `limit` seconds after the start: it allows a slow start and notices a fast one at
 * once.
 */
export function startupProbe(action: ProbeAction, limit = 180): Probe {
  return { ...action, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: limit };
}

/** Numeric user of the project's own images, which is "nonroot" of distroless. */
export const ownUid = 65532;

/** Settings of a pod for the Pod Security level "restricted", with the user and group `uid`, and for name look-ups. */
export function restrictedPod(
  uid: number,
): Pick<PodSpec, "securityContext" | "automountServiceAccountToken" | "enableServiceLinks" | "dnsConfig"> {
  return {
    automountServiceAccountToken: false,
    // Names are written in full; with the default of five dots, each would be looked up below three other domains
    // first.
    dnsConfig: { options: [{ name: "ndots", value: "2" }] },
    // Some images would read the variables of Docker links (KAFKA_PORT=tcp://...) as settings.
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: uid,
      fsGroup: uid,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

/** Settings of a container for the same level, with a read-only root file system. */
export const restrictedContainer = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
} satisfies Partial<Container>;

/**
 * Whether a pod waits for a node without another pod of its kind (`required`) or shares one if it must (`preferred`).
 */
export type Spreading = "required" | "preferred";

/** Spreads pods with these labels over nodes, and over zones where there are any. */
export function spread(
  labels: Record<string, string>,
  over: Spreading = "preferred",
): Required<Pick<PodSpec, "topologySpreadConstraints">> {
  const constraint = (topologyKey: string, whenUnsatisfiable: string) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable,
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: labels },
  });
  return {
    topologySpreadConstraints: [
      constraint("kubernetes.io/hostname", over === "required" ? "DoNotSchedule" : "ScheduleAnyway"),
      constraint("topology.kubernetes.io/zone", "ScheduleAnyway"),
    ],
  };
}

/**
 * Makes paths of a read-only container writable: an emptyDir for each, named after it, of at most `sizeLimit`. Default
 * 64 MiB.
 */
export function scratch(paths: readonly string[], sizeLimit: Size = "64Mi") {
  const named = paths.map((mountPath) => ({ name: mountPath.slice(1).replace(/[^a-z0-9]+/g, "-"), mountPath }));
  return {
    volumes: named.map(({ name }) => ({ name, emptyDir: { sizeLimit } })),
    volumeMounts: named,
  };
}
