import type * as k8s from "@pulumi/kubernetes";
import { seconds, type Cpu, type Duration, type Size } from "./quantities.ts";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;
type Probe = k8s.types.input.core.v1.Probe;

/** What a container asks for, and what it may not exceed. */
export interface Resources {
  readonly requests: { readonly cpu: Cpu; readonly memory: Size };
  readonly limits: { readonly cpu: Cpu; readonly memory: Size };
}

/**
 * Those resources as a container has them, with bounds for what it writes beside its volumes: logs, which the node keeps for
 * it, and its scratch places. A pod that writes more is evicted rather than filling its node.
 */
export function bounded({ requests, limits }: Resources): k8s.types.input.core.v1.ResourceRequirements {
  return { requests: { ...requests, "ephemeral-storage": "64Mi" }, limits: { ...limits, "ephemeral-storage": "1Gi" } };
}

/** When to look, how often, and how long to wait for an answer. */
export interface ProbeTiming {
  readonly initialDelay: Duration;
  readonly period: Duration;
  readonly timeout: Duration;
}

/** How a probe of a container asks: what goes beside the timing. */
export type ProbeAction = Pick<Probe, "httpGet" | "exec" | "tcpSocket">;

/** A probe that gives up after `failureThreshold` failures in a row (default 3). */
export function probe(action: ProbeAction, timing: ProbeTiming, failureThreshold = 3): Probe {
  return {
    ...action,
    initialDelaySeconds: seconds(timing.initialDelay),
    periodSeconds: seconds(timing.period),
    timeoutSeconds: seconds(timing.timeout),
    failureThreshold,
  };
}

/** A look every second for up to `limit` seconds after the start: a slow start is no failure, a fast one is noticed at once. */
export function startupProbe(action: ProbeAction, limit = 180): Probe {
  return { ...action, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: limit };
}

/** User that the project's own images run as (distroless' "nonroot"). */
export const ownUid = 65532;

/** Pod-level settings of the Pod Security level "restricted", as user and group `uid`, and how all of our pods look up names. */
export function restrictedPod(
  uid: number,
): Pick<PodSpec, "securityContext" | "automountServiceAccountToken" | "enableServiceLinks" | "dnsConfig"> {
  return {
    automountServiceAccountToken: false,
    // Names are written in full; by the default of five dots, each would be looked up below three other domains first.
    dnsConfig: { options: [{ name: "ndots", value: "2" }] },
    // The variables of Docker links (KAFKA_PORT=tcp://...) would be read as settings by some images.
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

/** Container-level settings of the same level; the root file system is read-only. */
export const restrictedContainer = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
} satisfies Partial<Container>;

/** Whether a pod that finds no node without its like waits for one (`required`) or shares one (`preferred`). */
export type Spreading = "required" | "preferred";

/** Spreads pods with these labels over nodes, and over zones as far as there are any. */
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

/** Writable places in an otherwise read-only container: an emptyDir for each path, named after it, of at most `sizeLimit`. */
export function scratch(paths: readonly string[], sizeLimit: Size = "64Mi") {
  const named = paths.map((mountPath) => ({ name: mountPath.slice(1).replace(/[^a-z0-9]+/g, "-"), mountPath }));
  return {
    volumes: named.map(({ name }) => ({ name, emptyDir: { sizeLimit } })),
    volumeMounts: named,
  };
}
