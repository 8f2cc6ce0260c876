import type { ImportedModel } from "@chatdb/contracts/models.ts";
import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import type { Prediction } from "@chatdb/ml-model/prediction.ts";
import { InvalidOnnxFile, type Names, type Signature } from "./signature.ts";
import { feedsOf, predictionsOf } from "./tensors.ts";
import { OnnxFailure, OnnxThread, OnnxTimeout, type OnnxLimits } from "./thread.ts";

/** Upper limit of an imported file, bytes: the runtime needs a multiple of its size. */
export const maxFileBytes = 16 * 2 ** 20;

/** A model of a .onnx file. It runs in a thread of its own. */
export interface OnnxModel {
  signature: Signature;
  /** Memory that the runtime has allocated, bytes. */
  memoryBytes: number;
  /**
   * Predicts all rows in one run. Rejects with OnnxTimeout or OnnxFailure; the next call starts a new thread if this
   * one has ended.
   */
  predict(rows: readonly FeatureValues[]): Promise<Prediction[]>;
  /** Ends the thread once nothing waits for it. Later predictions still work. */
  close(): void;
}

/** Loads a file. Rejects with InvalidOnnxFile or OnnxTimeout. */
export async function loadOnnx(file: Uint8Array, names: Names, limits: OnnxLimits = {}): Promise<OnnxModel> {
  let thread = new OnnxThread(file, names, limits);
  const { signature, memoryBytes } = await thread.ready;
  let [users, closed] = [0, false];
  return {
    signature,
    memoryBytes,
    async predict(rows) {
      users++;
      try {
        if (thread.hasEnded) thread = new OnnxThread(file, names, limits);
        const used = thread;
        await used.ready;
        return predictionsOf(signature, await used.run(feedsOf(signature, rows)), rows.length);
      } catch (error) {
        if (error instanceof OnnxTimeout || error instanceof OnnxFailure) throw error;
        throw new OnnxFailure((error as Error).message);
      } finally {
        if (--users === 0 && closed) void thread.stop();
      }
    },
    close() {
      closed = true;
      if (users === 0) void thread.stop();
    },
  };
}

/**
 * Loads a file, tries it on two rows, and returns its features and classes. Rejects with InvalidOnnxFile, OnnxFailure
 * or OnnxTimeout.
 */
export async function tryOnnx(
  file: Uint8Array,
  names: Names,
  limits: OnnxLimits = {},
): Promise<Omit<ImportedModel, "target">> {
  const model = await loadOnnx(file, names, limits);
  const { features, classes } = model.signature;
  try {
    const row = Object.fromEntries(features.map(({ kind, name }) => [name, kind === "number" ? 1 : ""]));
    const predictions = await model.predict([row, row]);
    const faults = predictions.slice(0, 1).flatMap((prediction) => faultsOf(prediction, classes));
    if (faults.length > 0) throw new InvalidOnnxFile(faults);
  } catch (error) {
    // The file does not list the words that it knows, so the row may have unknown ones.
    const unknownWord =
      error instanceof OnnxFailure &&
      features.some(({ kind }) => kind === "text") &&
      /unknown category/i.test(error.message);
    if (!unknownWord) throw error;
  } finally {
    model.close();
  }
  return { features: features.map(({ name }) => name), ...(classes && { classes }) };
}

function faultsOf({ prediction, probabilities }: Prediction, classes: readonly string[] | undefined): string[] {
  if (!classes) return [];
  const shares = Object.values(probabilities ?? {});
  const sum = shares.reduce((a, b) => a + b, 0);
  return [
    ...(classes.includes(String(prediction))
      ? []
      : [
          `It answers the class "${prediction}", which is none of ${classes.join(", ")}: name the classes with classes=..., as the file's labels have them.`,
        ]),
    ...(probabilities && !(Math.abs(sum - 1) < 1e-3 && shares.every((share) => share >= 0))
      ? [
          `Its probabilities of a row of ones are ${shares.join(", ")}, which do not add up to 1: end it with a softmax.`,
        ]
      : []),
  ];
}
