import type { z } from "zod";
import type { LinearRegression, LogisticRegression, ModelArtifact } from "./artifact.ts";
import { createEncoder, encodedWidth, type FeatureValues } from "./encoding.ts";
import { inputSchema } from "./input.ts";

export interface Prediction {
  /** A number (regression) or a class. */
  prediction: number | string;
  /** Of each class; they add up to 1. */
  probabilities?: Record<string, number>;
}

export interface Predictor {
  /** What `predict` may be given. */
  input: z.ZodType<FeatureValues>;
  /** Predicts from values that `input` accepted. */
  predict(values: FeatureValues): Prediction;
}

/** Makes a model ready to predict. */
export function createPredictor(artifact: ModelArtifact): Predictor {
  const encode = createEncoder(artifact.features);
  const width = encodedWidth(artifact.features);
  const infer = artifact.family === "linear-regression" ? linear(artifact) : logistic(artifact);
  return {
    input: inputSchema(artifact.features),
    predict(values) {
      const row = new Float64Array(width);
      encode((index) => values[artifact.features[index]!.name], row);
      return infer(row);
    },
  };
}

function linear({ weights, intercept }: LinearRegression): (row: Float64Array) => Prediction {
  return (row) => ({ prediction: intercept + dot(weights, row) });
}

function logistic({ classes, weights, intercepts }: LogisticRegression): (row: Float64Array) => Prediction {
  return (row) => {
    const shares = softmax(Float64Array.from(classes, (_, k) => intercepts[k]! + dot(weights[k]!, row)));
    const best = shares.indexOf(Math.max(...shares));
    return { prediction: classes[best]!, probabilities: Object.fromEntries(classes.map((name, k) => [name, shares[k]!])) };
  };
}

function dot(weights: readonly number[], row: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += weights[i]! * row[i]!;
  return sum;
}

/** exp(score) / sum of exp(scores), in place, with the largest score taken off first so that nothing overflows. */
export function softmax(scores: Float64Array): Float64Array {
  const largest = Math.max(...scores);
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += scores[k] = Math.exp(scores[k]! - largest);
  for (let k = 0; k < scores.length; k++) scores[k]! /= total;
  return scores;
}
