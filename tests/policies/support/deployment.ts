import type { Container, KubernetesObject, PodSpec } from "../../../policies/kubernetes.ts";

const probe = { httpGet: { path: "/health", port: 8080 } };

/** A container that keeps to all rules, with what a test has to say about it. */
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

/** A pod of that container. */
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

/** A Deployment, or something else that makes such pods. */
export function workload(spec: PodSpec = pod(), kind = "Deployment", name = "web"): KubernetesObject {
  const template = { spec };
  return {
    kind,
    metadata: { name, namespace: "apps" },
    spec: kind === "Pod" ? spec : kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template },
  };
}

/** A Deployment of one container with these changes. */
export function deploymentOf(changes: object): KubernetesObject {
  return workload(pod({ containers: [container(changes)] }));
}

/** Any object, of the namespace `apps` unless it says otherwise. */
export function object(kind: string, name: string, rest: object = {}): KubernetesObject {
  return { kind, metadata: { name, namespace: "apps" }, ...rest };
}

/** What makes `workload()` complete: its account, its namespace, and the policy that closes it. */
export const surroundings: readonly KubernetesObject[] = [
  object("ServiceAccount", "web"),
  object("Namespace", "apps", { metadata: { name: "apps" } }),
  object("NetworkPolicy", "deny-all", { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } }),
];
