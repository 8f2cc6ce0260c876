import { onnxFormat, type ModelReference, type ModelVersion } from "@chatdb/contracts/models.ts";
import type { ModelSchema } from "@chatdb/contracts/predictions.ts";
import type { HttpClient } from "@platform/kit/http/http-client.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { fetchArtifact } from "@chatdb/registry-client/fetch-artifact.ts";
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

/**
 * Downloads a version's artifact from the registry and loads it. Throws a Problem: 422 for an unknown format, 502 for
 * damaged bytes.
 */
export async function loadModel(
  registry: HttpClient,
  described: ModelVersion,
  limits: OnnxLimits,
): Promise<LoadedModel> {
  const { name, version, format, imported } = described;
  const isImported = format === onnxFormat && imported !== undefined;
  if (format !== artifactFormat && !isImported)
    throw new Problem(
      chatdbProblems.modelNotLoadable,
      `Version ${version} of "${name}" has the format ${format}; predictions take ${artifactFormat} and ${onnxFormat}.`,
    );
  const bytes = await fetchArtifact(registry, described);
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
