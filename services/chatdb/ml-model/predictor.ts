import type { ModelSchema } from "@chatdb/contracts/predictions.ts";
import type { z } from "zod";
import type { ModelArtifact } from "./artifact.ts";
import { treesInference } from "./boosted-trees.ts";
import type { Feature, FeatureValues } from "./feature.ts";
import { inputSchema } from "./input.ts";
import { linearInference, logisticInference } from "./linear.ts";
import { neighboursInference } from "./neighbours.ts";
import { createQuickInput } from "./quick-input.ts";
import type { Inference } from "./prediction.ts";
import { textInference } from "./text.ts";

export type { Prediction } from "./prediction.ts";

export interface Predictor extends Inference {
  /** Validates the input of `predict` and `explain`. */
  input: z.ZodType<FeatureValues>;
  /** Accepts valid input that needs no conversion, faster than `input`; returns undefined for anything else. */
  accept: (given: unknown) => FeatureValues | undefined;
}

/** Creates the predictor of a model. */
export function createPredictor(artifact: ModelArtifact): Predictor {
  return {
    input: inputSchema(artifact.features),
    accept: createQuickInput(artifact.features),
    ...inferenceOf(artifact),
  };
}

function inferenceOf(artifact: ModelArtifact): Inference {
  switch (artifact.family) {
    case "linear-regression":
      return linearInference(artifact);
    case "logistic-regression":
      return logisticInference(artifact);
    case "boosted-trees":
      return treesInference(artifact);
    case "k-nearest-neighbours":
      return neighboursInference(artifact);
    case "text-classification":
      return textInference(artifact);
  }
}

/** Describes the features and the target of a model. */
export function schemaOf(artifact: ModelArtifact): Omit<ModelSchema, "model" | "explains"> {
  const { family, target, features } = artifact;
  return {
    family,
    target,
    ...("classes" in artifact && { classes: artifact.classes }),
    features: features.map(described),
  };
}

function described(feature: Feature): ModelSchema["features"][number] {
  const { kind, name, required } = feature;
  if (feature.kind === "text") return { kind, name, required };
  if (feature.kind === "number") return { kind, name, required, typical: feature.mean };
  return { kind, name, required, typical: feature.categories[0], categories: feature.categories };
}
