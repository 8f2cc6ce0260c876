import type { PredictResponse } from "@chatdb/contracts/predictions.ts";
import { Problem } from "@chatdb/kit/problem.ts";
import type { z } from "zod";
import type { LoadedModel } from "./model-cache.ts";

/** Predicts from what a caller sent. Throws a Problem (422) that tells all that is wrong with it. */
export function predict({ model, predictor }: LoadedModel, features: unknown): PredictResponse {
  const input = predictor.input.safeParse(features);
  if (!input.success) {
    const errors = input.error.issues.flatMap(errorsOf);
    const all = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
    throw new Problem(422, `The features do not fit version ${model.version} of "${model.name}". ${all}`, { errors });
  }
  const prediction = predictor.predict(input.data);
  if ([prediction.prediction, ...Object.values(prediction.probabilities ?? {})].some((value) => typeof value === "number" && !Number.isFinite(value))) {
    throw new Problem(422, "The features are too large to compute with.");
  }
  return { ...prediction, model };
}

function errorsOf(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: `features.${key}`, message: "not a feature of this model" }));
  return [{ path: ["features", ...issue.path].join("."), message: issue.message }];
}
