import type { ImportedModel, ModelReference } from "@chatdb/contracts/models.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import { inputSchema } from "@chatdb/ml-model/input.ts";
import type { Prediction } from "@chatdb/ml-model/prediction.ts";
import type { Predictor } from "@chatdb/ml-model/predictor.ts";
import { createQuickInput } from "@chatdb/ml-model/quick-input.ts";
import { loadOnnx } from "@chatdb/onnx-runtime/model.ts";
import { OnnxRefused } from "@chatdb/onnx-runtime/signature.ts";
import { OnnxTimeout, type Limits } from "@chatdb/onnx-runtime/thread.ts";
import type { LoadedModel } from "./load-model.ts";

/** A model that came as an ONNX file. It predicts in a thread of its own. */
export interface ImportedPredictor extends Pick<Predictor, "input" | "accept"> {
  /** All rows at once. Rejects with a Problem: 504 for one that takes too long, 422 for one that fails at these rows or is asked to explain. */
  predict: (rows: readonly FeatureValues[], explain: boolean) => Promise<Prediction[]>;
  close: () => void;
}

export const isImported = (predictor: LoadedModel["predictor"]): predictor is ImportedPredictor => "close" in predictor;

/** Makes a file ready. Throws a Problem: 504 for one that takes too long to load, 422 for one that the runtime refuses. */
export async function loadImported(
  file: Buffer,
  imported: ImportedModel,
  model: ModelReference,
  limits: Limits,
): Promise<Omit<LoadedModel, "model">> {
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
          'A model that was imported does not tell what adds up to its predictions. Ask without "explain".',
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
  if (error instanceof OnnxRefused)
    return new Problem(chatdbProblems.modelNotLoadable, `Version ${version} of "${name}" cannot be loaded. ${message}`);
  return new Problem(chatdbProblems.predictionFailed, `Version ${version} of "${name}" failed: ${message}.`);
}
