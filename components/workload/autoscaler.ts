import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { dnsLabel } from "./dns-label.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

/** How many replicas, and what makes them more or fewer. */
export interface Scaling {
  readonly min: number;
  readonly max: number;
  /** Target average use of the requested CPU, in percent. */
  readonly cpu: number;
  /** Target average use of the requested memory, in percent. */
  readonly memory: number;
}

/** Scales a Deployment by CPU and memory: up after a minute of need, down after five of idleness. */
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
