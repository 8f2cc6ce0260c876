import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { onnxFormat, type ModelReference, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { ModelSchema } from "@chatdb/contracts/predictions.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { artifactFormat, parseArtifact } from "@chatdb/ml-model/artifact.ts";
import { createPredictor, schemaOf, type Predictor } from "@chatdb/ml-model/predictor.ts";
import type { OnnxLimits } from "@chatdb/onnx-runtime/thread.ts";
import { loadImported, type ImportedPredictor } from "./imported-model.ts";

export interface LoadedModel {
  model: ModelReference;
  predictor: Predictor | ImportedPredictor;
  schema: Omit<ModelSchema, "model">;
  /** Size of the artifact, or memory of an imported model's runtime, bytes. */
  bytes: number;
}

/** Downloads a version's artifact from the registry and loads it. Throws a Problem: 422 for an unknown format, 502 for damaged bytes. */
export async function loadModel(
  registry: HttpClient,
  described: ModelVersion,
  limits: OnnxLimits,
): Promise<LoadedModel> {
  const { name, version, format, sha256, imported } = described;
  const isImported = format === onnxFormat && imported !== undefined;
  if (format !== artifactFormat && !isImported)
    throw new Problem(
      chatdbProblems.modelNotLoadable,
      `Version ${version} of "${name}" has the format ${format}; predictions take ${artifactFormat} and ${onnxFormat}.`,
    );
  const answer = await registry.request(`/models/${name}/${version}/artifact`);
  const bytes = await buffer(answer.body);
  if (answer.status !== 200)
    throw new Problem(
      platformProblems.upstreamRefused,
      `The registry answered ${answer.status} when asked for version ${version} of "${name}".`,
    );
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256)
    throw new Problem(
      chatdbProblems.artifactDamaged,
      `Version ${version} of "${name}" came damaged: its SHA-256 is ${actual}, not ${sha256}.`,
    );
  if (isImported) return { model: { name, version }, ...(await loadImported(bytes, imported, described, limits)) };
  const artifact = parseArtifact(bytes);
  const predictor = createPredictor(artifact);
  return {
    model: { name, version },
    predictor,
    schema: { ...schemaOf(artifact), explains: predictor.explain !== undefined },
    bytes: bytes.length,
  };
}
