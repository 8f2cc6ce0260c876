import { modelName } from "@chatdb/contracts/models.ts";
import type { predictRequest } from "@chatdb/contracts/predictions.ts";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { z } from "zod";

type PredictRequest = z.infer<typeof predictRequest>;

/** Names that were validated before: few models get most requests. */
const known = new Set<string>();
const maxKnown = 1000;

function isModelName(name: unknown): name is string {
  if (typeof name !== "string") return false;
  if (known.has(name)) return true;
  if (!modelName.safeParse(name).success) return false;
  if (known.size < maxKnown) known.add(name);
  return true;
}

/** Parses a valid body like `predictRequest`, but faster; returns undefined if the schema has to decide. */
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

/** Creates a validator that tries `accept` first: parsing a small body with zod takes longer than a prediction. */
export function quickFirst(accept: (body: unknown) => unknown) {
  return (route: Omit<Route, "schema"> & { schema: unknown }): ReturnType<typeof validatorCompiler> => {
    const check = validatorCompiler(route as Route);
    return (data: unknown) => {
      const value = accept(data);
      return value === undefined ? check(data) : { value };
    };
  };
}
