import { title } from "../policies/kubernetes.ts";
import { toYaml, type Manifest } from "../render/manifests.ts";
import { toolPath } from "./build.ts";
import type { Finding } from "./finding.ts";
import { run } from "./process.ts";

interface Refusal {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly check: string;
  readonly message: string;
}

const label = "pod-security.kubernetes.io/enforce";

/**
 * Checks that every namespace enforces the Pod Security level "restricted", and that the API server's own code admits
 * every pod.
 */
export async function podSecurity(objects: readonly Manifest[]): Promise<Finding[]> {
  const open = objects.filter(
    ({ kind, metadata }) => kind === "Namespace" && metadata.labels?.[label] !== "restricted",
  );
  const refusals = JSON.parse(await run(toolPath("pod-security"), [], { input: toYaml(objects) })) as Refusal[];
  return [
    ...open.map((object) => ({
      object: title(object),
      check: "pod-security/namespace",
      message: `its label ${label} is not restricted`,
      critical: true,
    })),
    ...refusals.map(({ kind, namespace, name, check, message }) => ({
      object: title({ kind, metadata: { namespace, name } }),
      check: `pod-security/${check}`,
      message,
      critical: true,
    })),
  ];
}
