import type { Container, PodSpec } from "../kubernetes.ts";
import { eachContainer, eachPod, unless, type ObjectRule } from "../rule.ts";

/**
 * Requires a read-only file system and the level "restricted":
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/.
 */
export const podSecurity: ObjectRule = {
  name: "pod-security",
  description:
    "Pods get no more than they need: a user other than root, no capabilities, a read-only image. See restrictedPod and restrictedContainer in components/workload/pod.ts.",
  faults: (object) => [...eachPod(podFaults)(object), ...eachContainer(containerFaults)(object)],
};

function podFaults({ securityContext, hostNetwork, hostPID, hostIPC, volumes, enableServiceLinks }: PodSpec): string[] {
  return [
    ...unless(securityContext?.runAsNonRoot === true && securityContext.runAsUser > 0, "may run as root"),
    ...unless(securityContext?.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"),
    ...unless(!hostNetwork && !hostPID && !hostIPC, "shares a namespace with the node"),
    ...(volumes ?? []).flatMap(({ name, hostPath }) =>
      unless(hostPath === undefined, `mounts a directory of the node as volume ${name}`),
    ),
    ...unless(enableServiceLinks === false, "gets a variable for every Service of its namespace (enableServiceLinks)"),
  ];
}

function containerFaults({ securityContext, ports }: Container): string[] {
  const { allowPrivilegeEscalation, privileged, readOnlyRootFilesystem, capabilities, runAsUser, runAsNonRoot } =
    securityContext ?? {};
  return [
    ...unless(allowPrivilegeEscalation === false && !privileged, "may gain privileges"),
    ...unless(runAsUser !== 0 && runAsNonRoot !== false, "may run as root"),
    ...unless(readOnlyRootFilesystem === true, "may write to its image"),
    ...unless(capabilities?.drop?.includes("ALL") && !capabilities.add?.length, "keeps capabilities"),
    ...(ports ?? []).flatMap(({ hostPort }) => unless(hostPort === undefined, `takes port ${hostPort} of the node`)),
  ];
}
