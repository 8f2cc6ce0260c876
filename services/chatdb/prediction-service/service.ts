import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { OnnxLimits } from "@chatdb/onnx-runtime/thread.ts";
import type { FastifyInstance } from "fastify";
import { Counter } from "prom-client";
import { createModelCache } from "./model-cache.ts";
import { addPredictRoutes } from "./predict-routes.ts";

export interface Deps {
  modelRegistryUrl: string;
  /** Upper limit of loaded models, bytes of their artifacts. Default 64 MiB. */
  cacheBytes?: number;
  /** Time for which a resolved `latest` or stage is valid, milliseconds. Default 2000. */
  referenceTtlMs?: number;
  /** Limits of imported models. */
  limits?: OnnxLimits;
  log?: Logger;
}

/**
 * Predicts with the models of the registry. A model is loaded at its first request, so the service is ready at once.
 */
export function createService(deps: Deps): Promise<FastifyInstance> {
  const {
    modelRegistryUrl,
    cacheBytes = 64 * 2 ** 20,
    referenceTtlMs = 2000,
    limits = {},
    log = createLogger("prediction-service"),
  } = deps;
  const app = createServer({ name: "prediction-service", description: "Predicts with trained models.", log });
  const registry = createHttpClient(modelRegistryUrl);
  const lookups = new Counter({
    name: "model_cache_lookups_total",
    help: "Requested models, by whether they were loaded.",
    labelNames: ["outcome"] as const,
    registers: [app.metrics],
  });
  const models = createModelCache({
    registry,
    log,
    maxBytes: cacheBytes,
    referenceTtlMs,
    limits,
    onLookup: (outcome) => lookups.inc({ outcome }),
  });
  app.addHook("onClose", () => {
    models.close();
    return registry.close();
  });
  addPredictRoutes(app, models);
  return Promise.resolve(app);
}
