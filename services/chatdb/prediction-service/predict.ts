import { setImmediate as nextTurn } from "node:timers/promises";
import type { PredictBatchResponse, PredictResponse } from "@chatdb/contracts/predictions.ts";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import type { z } from "zod";
import type { Predictor } from "@chatdb/ml-model/predictor.ts";
import { isImported } from "./imported-model.ts";
import type { LoadedModel } from "./load-model.ts";

type Prediction = PredictBatchResponse["predictions"][number];

interface FeatureError {
  path: string;
  message: string;
}

/**
 * Predicts from the features of a caller, synchronously unless the model is imported. Throws a Problem (422) with all
 * faults of the features.
 */
export function predict(
  loaded: LoadedModel,
  features: unknown,
  explain: boolean,
): PredictResponse | Promise<PredictResponse> {
  const errors: FeatureError[] = [];
  const values = valuesOf(loaded, features, ["features"], errors);
  if (!values) throw invalidFeatures(loaded, errors, errors.length);
  const { predictor, model } = loaded;
  if (isImported(predictor))
    return predictor.predict([values], explain).then(([predicted]) => ({ ...finite(predicted!), model }));
  return { ...predictionOf(loaded, predictor, values, explain), model };
}

/** Time that a batch computes before it yields to other requests, milliseconds. */
const sliceMs = 3;

/** Faults of a batch that are listed; further ones are counted. */
const maxErrors = 100;

/**
 * Predicts many rows with one version. It yields to other requests in between; `gone` ends it early. Throws a Problem
 * (422) with up to a hundred faults of the rows before it computes any.
 */
export async function predictBatch(
  loaded: LoadedModel,
  rows: readonly unknown[],
  explain: boolean,
  gone: AbortSignal,
): Promise<PredictBatchResponse> {
  const errors: FeatureError[] = [];
  const all = await mapInSlices(rows, gone, (row, index) => valuesOf(loaded, row, ["rows", index], errors));
  const values = all.filter((each) => each !== undefined);
  if (values.length < all.length) throw invalidFeatures(loaded, errors.slice(0, maxErrors), errors.length);
  const { predictor, model } = loaded;
  if (isImported(predictor)) {
    const predictions = await predictor.predict(values, explain);
    return { predictions: predictions.map((each, index) => finite(each, `rows.${index}`)), model };
  }
  return {
    predictions: await mapInSlices(values, gone, (each, index) =>
      predictionOf(loaded, predictor, each, explain, `rows.${index}`),
    ),
    model,
  };
}

/** Maps items in slices of time. */
async function mapInSlices<T, R>(
  items: readonly T[],
  gone: AbortSignal,
  act: (item: T, index: number) => R,
): Promise<R[]> {
  const results: R[] = [];
  let started = performance.now();
  for (let index = 0; index < items.length; index++) {
    results.push(act(items[index]!, index));
    if (performance.now() - started < sliceMs) continue;
    await nextTurn();
    gone.throwIfAborted();
    started = performance.now();
  }
  return results;
}

function predictionOf(
  { schema }: LoadedModel,
  predictor: Predictor,
  values: FeatureValues,
  explain: boolean,
  where = "features",
): Prediction {
  if (explain && !predictor.explain)
    throw new Problem(
      chatdbProblems.explanationNotAvailable,
      `A model of the family ${schema.family} cannot explain its predictions. Ask without "explain".`,
    );
  const predicted = finite(predictor.predict(values), where);
  return explain ? { ...predicted, explanation: predictor.explain!(values) } : predicted;
}

function finite(predicted: Prediction, where = "features"): Prediction {
  if (!isFinite(predicted))
    throw new Problem(chatdbProblems.featuresInvalid, `The ${where} are too large to compute with.`);
  return predicted;
}

function isFinite({ prediction, probabilities }: Prediction): boolean {
  if (typeof prediction === "number" && !Number.isFinite(prediction)) return false;
  for (const name in probabilities) if (!Number.isFinite(probabilities[name])) return false;
  return true;
}

/** Validates features; returns undefined and adds to `errors` if they are invalid. */
function valuesOf(
  { predictor }: LoadedModel,
  features: unknown,
  at: PropertyKey[],
  errors: FeatureError[],
): FeatureValues | undefined {
  const quick = predictor.accept(features);
  if (quick) return quick;
  const input = predictor.input.safeParse(features);
  if (input.success) return input.data;
  errors.push(...input.error.issues.flatMap((issue) => errorsOf(issue, at)));
  return undefined;
}

function errorsOf(issue: z.core.$ZodIssue, at: PropertyKey[]): FeatureError[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...at, key].join("."), message: "not a feature of this model" }));
  return [{ path: [...at, ...issue.path].join("."), message: issue.message }];
}

function invalidFeatures({ model }: LoadedModel, errors: FeatureError[], count: number): Problem {
  const all = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  const more = count > errors.length ? `; and ${count - errors.length} more` : "";
  const what = errors[0]!.path.startsWith("rows") ? "rows" : "features";
  return new Problem(
    chatdbProblems.featuresInvalid,
    `The ${what} do not fit version ${model.version} of "${model.name}". ${all}${more}`,
    {
      errors,
    },
  );
}
