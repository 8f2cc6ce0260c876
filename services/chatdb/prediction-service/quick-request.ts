import { modelName } from "@chatdb/contracts/models.ts";
import type { predictRequest } from "@chatdb/contracts/predictions.ts";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { z } from "zod";

type PredictRequest = z.infer<typeof predictRequest>;

/** Names that were found right before. Few models are asked for often. */
const known = new Set<string>();
const mostKnown = 1000;

function isModelName(name: unknown): name is string {
  if (typeof name !== "string") return false;
  if (known.has(name)) return true;
  if (!modelName.safeParse(name).success) return false;
  if (known.size < mostKnown) known.add(name);
  return true;
}

/** The body as `predictRequest` would read it, where that takes no second look; else undefined, and the schema decides. */
export function acceptPredictRequest(body: unknown): PredictRequest | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { model_name, version = "latest", features, explain = false, ...others } = body as Record<string, unknown>;
  if (Object.keys(others).length > 0 || !isModelName(model_name) || typeof explain !== "boolean") return undefined;
  if (typeof features !== "object" || features === null || Array.isArray(features)) return undefined;
  if (
    version !== "latest" &&
    version !== "production" &&
    version !== "staging" &&
    !(Number.isSafeInteger(version) && (version as number) > 0)
  )
    return undefined;
  return {
    model_name,
    version: version as PredictRequest["version"],
    features: features as PredictRequest["features"],
    explain,
  };
}

type Route = Parameters<typeof validatorCompiler>[0];

/** Fastify's check of a body that first tries `accept`: a schema of zod takes longer to read a small body than a model to predict from it. */
export function quickFirst(accept: (body: unknown) => unknown) {
  return (route: Omit<Route, "schema"> & { schema: unknown }): ReturnType<typeof validatorCompiler> => {
    const check = validatorCompiler(route as Route);
    return (data: unknown) => {
      const value = accept(data);
      return value === undefined ? check(data) : { value };
    };
  };
}
