import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { Limits } from "@chatdb/onnx-runtime/thread.ts";
import type { FastifyInstance } from "fastify";
import { Counter } from "prom-client";
import { createModelCache } from "./model-cache.ts";
import { addPredictRoutes } from "./routes.ts";

export interface Deps {
  modelRegistryUrl: string;
  /** Models kept ready, bytes of their artifacts. Default 64 MiB. */
  cacheBytes?: number;
  /** How long it holds which version is the latest, or in a stage, milliseconds. Default 2000. */
  referenceForMs?: number;
  /** Of imported models. */
  limits?: Limits;
  log?: Logger;
}

/** Predicts with the models of the registry. It is ready at once: a model is loaded when it is first asked for. */
export function createService(deps: Deps): Promise<FastifyInstance> {
  const {
    modelRegistryUrl,
    cacheBytes = 64 * 2 ** 20,
    referenceForMs = 2000,
    limits = {},
    log = createLogger("prediction-service"),
  } = deps;
  const app = createServer({ name: "prediction-service", description: "Predicts with trained models.", log });
  const registry = createHttpClient(modelRegistryUrl);
  const lookups = new Counter({
    name: "model_cache_lookups_total",
    help: "Models asked for, by whether they were ready.",
    labelNames: ["outcome"] as const,
    registers: [app.metrics],
  });
  const models = createModelCache({
    registry,
    log,
    maxBytes: cacheBytes,
    referenceForMs,
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
