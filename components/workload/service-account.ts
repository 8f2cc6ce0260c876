import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "./labels.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

/** Makes a workload's own account, without rights and without a token: workloads do not use the Kubernetes API. */
export function ownAccount(
  name: string,
  namespace: NamespaceRef,
  component: string,
  parent: pulumi.Resource,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    name,
    {
      metadata: { name, namespace: namespace.created, labels: labels(name, component, namespace) },
      automountServiceAccountToken: false,
    },
    { parent },
  );
}
