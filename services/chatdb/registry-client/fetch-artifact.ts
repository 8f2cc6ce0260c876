import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { ModelVersion } from "@chatdb/contracts/models.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";

/**
 * Fetches the artifact of a version from the model registry and checks its SHA-256.
 * @throws Problem 502 if the registry refuses it or the bytes are damaged, 502 or 504 if the registry does not answer
 */
export async function fetchArtifact(
  registry: HttpClient,
  { name, version, sha256 }: Pick<ModelVersion, "name" | "version" | "sha256">,
  options: { signal?: AbortSignal } = {},
): Promise<Buffer> {
  const answer = await registry.request(`/models/${name}/${version}/artifact`, options);
  const bytes = await buffer(answer.body);
  if (answer.status !== 200)
    throw new Problem(
      platformProblems.upstreamRefused,
      `The model registry answered ${answer.status} when asked for version ${version} of "${name}".`,
    );
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256)
    throw new Problem(
      chatdbProblems.artifactDamaged,
      `Version ${version} of "${name}" came damaged: its SHA-256 is ${actual}, not ${sha256}.`,
    );
  return bytes;
}
