import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { ModelReference, ModelVersion } from "@chatdb/contracts/models.ts";
import type { ModelSchema } from "@chatdb/contracts/predictions.ts";
import type { HttpClient } from "@chatdb/kit/http-client.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import { artifactFormat, parseArtifact } from "@chatdb/ml-model/artifact.ts";
import { createPredictor, schemaOf, type Predictor } from "@chatdb/ml-model/predictor.ts";

export interface LoadedModel {
  model: ModelReference;
  predictor: Predictor;
  schema: Omit<ModelSchema, "model">;
  /** Of the artifact. */
  bytes: number;
}

/** Gets a version's artifact from the registry and makes it ready. Throws a Problem: 422 for another format, 502 for damaged bytes. */
export async function loadModel(registry: HttpClient, { name, version, format, sha256 }: ModelVersion): Promise<LoadedModel> {
  if (format !== artifactFormat) throw new Problem(422, `Version ${version} of "${name}" has the format ${format}; predictions take ${artifactFormat}.`);
  const answer = await registry.request(`/models/${name}/${version}/artifact`);
  const bytes = await buffer(answer.body);
  if (answer.status !== 200) throw new Problem(502, `The registry answered ${answer.status} when asked for version ${version} of "${name}".`);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256) throw new Problem(502, `Version ${version} of "${name}" came damaged: its SHA-256 is ${actual}, not ${sha256}.`);
  const artifact = parseArtifact(bytes);
  const predictor = createPredictor(artifact);
  return { model: { name, version }, predictor, schema: { ...schemaOf(artifact), explains: predictor.explain !== undefined }, bytes: bytes.length };
}
