import type { Container, KubernetesObject, PodSpec } from "../../../policies/kubernetes.ts";

const probe = { httpGet: { path: "/health", port: 8080 } };

/** Returns a container that meets all rules, with the changes of a test. */
export function container(changes: object = {}): Container {
  return {
    name: "web",
    image: "example.com/web:1.2.3",
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "128Mi" } },
    startupProbe: probe,
    livenessProbe: probe,
    readinessProbe: probe,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ...changes,
  } as unknown as Container;
}

/** Returns a pod with that container. */
export function pod(changes: object = {}): PodSpec {
  return {
    serviceAccountName: "web",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container()],
    ...changes,
  } as unknown as PodSpec;
}

/** Returns a Deployment, or a workload of another kind, with such pods. */
export function workload(spec: PodSpec = pod(), kind = "Deployment", name = "web"): KubernetesObject {
  const template = { spec };
  return {
    kind,
    metadata: { name, namespace: "apps" },
    spec: kind === "Pod" ? spec : kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template },
  };
}

/** Returns a Deployment with one container that has these changes. */
export function deploymentOf(changes: object): KubernetesObject {
  return workload(pod({ containers: [container(changes)] }));
}

/** Returns any object, in the namespace `apps` by default. */
export function object(kind: string, name: string, rest: object = {}): KubernetesObject {
  return { kind, metadata: { name, namespace: "apps" }, ...rest };
}

/** Objects that `workload()` needs: its account, its namespace, and the policy that denies by default there. */
export const surroundings: readonly KubernetesObject[] = [
  object("ServiceAccount", "web"),
  object("Namespace", "apps", { metadata: { name: "apps" } }),
  object("NetworkPolicy", "deny-all", { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } }),
];
