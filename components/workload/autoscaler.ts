import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dnsLabel } from "./dns-label.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

/** Bounds of the number of replicas, and the use of resources at which it changes. */
export interface Scaling {
  /** Fewest replicas. */
  readonly min: number;
  /** Most replicas. */
  readonly max: number;
  /** Target average use of the requested CPU, in percent. */
  readonly cpu: number;
  /** Target average use of the requested memory, in percent. */
  readonly memory: number;
}

/** Scales a Deployment by CPU and memory: up after a minute above a target, down after five minutes below both. */
export function autoscale(
  name: string,
  namespace: NamespaceRef,
  deployment: k8s.apps.v1.Deployment,
  { min, max, cpu, memory }: Scaling,
  parent: pulumi.Resource,
): k8s.autoscaling.v2.HorizontalPodAutoscaler {
  const metric = (resource: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name: resource, target: { type: "Utilization", averageUtilization } },
  });
  return new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    `${name}-hpa`,
    {
      metadata: { name: dnsLabel(`${name}-hpa`), namespace: namespace.created },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
        minReplicas: min,
        maxReplicas: max,
        metrics: [metric("cpu", cpu), metric("memory", memory)],
        behavior: { scaleUp: { stabilizationWindowSeconds: 60 }, scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    },
    { parent },
  );
}
