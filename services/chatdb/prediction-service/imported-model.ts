import type { ImportedModel, ModelReference } from "@chatdb/contracts/models.ts";
import type { ModelSchema } from "@chatdb/contracts/predictions.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import { inputSchema } from "@chatdb/ml-model/input.ts";
import type { Prediction } from "@chatdb/ml-model/prediction.ts";
import type { Predictor } from "@chatdb/ml-model/predictor.ts";
import { createQuickInput } from "@chatdb/ml-model/quick-input.ts";
import { loadOnnx } from "@chatdb/onnx-runtime/model.ts";
import { InvalidOnnxFile } from "@chatdb/onnx-runtime/signature.ts";
import { OnnxTimeout, type OnnxLimits } from "@chatdb/onnx-runtime/thread.ts";

/** The predictor of an imported ONNX file. It runs in a thread of its own. */
export interface ImportedPredictor extends Pick<Predictor, "input" | "accept"> {
  /**
   * Predicts all rows at once. Rejects with a Problem: 504 on a timeout, 422 if the model fails on the rows or an
   * explanation is requested.
   */
  predict: (rows: readonly FeatureValues[], explain: boolean) => Promise<Prediction[]>;
  close: () => void;
}

/** An imported model that is ready to predict. */
export interface LoadedImport {
  predictor: ImportedPredictor;
  schema: Omit<ModelSchema, "model">;
  /** Memory that the runtime has allocated, bytes. */
  bytes: number;
}

export const isImported = (predictor: Predictor | ImportedPredictor): predictor is ImportedPredictor =>
  "close" in predictor;

/** Loads an imported file. Throws a Problem: 504 if loading takes too long, 422 if the runtime rejects the file. */
export async function loadImported(
  file: Buffer,
  imported: ImportedModel,
  model: ModelReference,
  limits: OnnxLimits,
): Promise<LoadedImport> {
  const onnx = await loadOnnx(file, imported, limits).catch((error: unknown) => {
    throw problemOf(error, model);
  });
  const { features, classes } = onnx.signature;
  const predictor: ImportedPredictor = {
    input: inputSchema(features),
    accept: createQuickInput(features),
    async predict(rows, explain) {
      if (explain)
        throw new Problem(
          chatdbProblems.explanationNotAvailable,
          'An imported model cannot explain its predictions. Ask without "explain".',
        );
      try {
        return await onnx.predict(rows);
      } catch (error) {
        throw problemOf(error, model);
      }
    },
    close: () => onnx.close(),
  };
  const described = features.map(({ kind, name, required }) => ({ kind, name, required }));
  return {
    predictor,
    schema: {
      family: "onnx",
      target: imported.target,
      ...(classes && { classes }),
      features: described,
      explains: false,
    },
    bytes: onnx.memoryBytes,
  };
}

function problemOf(error: unknown, { name, version }: ModelReference): Problem {
  const { message } = error as Error;
  if (error instanceof OnnxTimeout)
    return new Problem(
      chatdbProblems.predictionTimeout,
      `Version ${version} of "${name}" ${message}. Ask for fewer rows at a time, or import a smaller model.`,
    );
  if (error instanceof InvalidOnnxFile)
    return new Problem(chatdbProblems.modelNotLoadable, `Version ${version} of "${name}" cannot be loaded. ${message}`);
  return new Problem(chatdbProblems.predictionFailed, `Version ${version} of "${name}" failed: ${message}.`);
}
