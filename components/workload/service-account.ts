import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "./labels.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

/** A workload's own account. It has no rights, and its pods get no token: what a workload may do in the cluster is nothing. */
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
