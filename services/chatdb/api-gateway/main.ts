import { port, serviceUrl } from "@platform/kit/env.ts";
import { runService } from "@platform/kit/run.ts";
import { z } from "zod";
import { admissionEnv, admissionOf } from "./admission-env.ts";
import { createService } from "./service.ts";

await runService({
  name: "api-gateway",
  env: {
    TRAINING_ORCHESTRATOR_URL: serviceUrl,
    ML_ENGINE_URL: serviceUrl,
    QUERY_PARSER_URL: serviceUrl,
    MODEL_REGISTRY_URL: serviceUrl,
    PREDICTION_SERVICE_URL: serviceUrl,
    DB_CONNECTOR_URL: serviceUrl,
    ...admissionEnv,
    TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
    /** The port of /metrics. Default: the service's own port. */
    METRICS_PORT: port.optional(),
  },
  create: (env, log) =>
    createService({
      upstreams: {
        trainingOrchestrator: env.TRAINING_ORCHESTRATOR_URL,
        mlEngine: env.ML_ENGINE_URL,
        queryParser: env.QUERY_PARSER_URL,
        modelRegistry: env.MODEL_REGISTRY_URL,
        predictionService: env.PREDICTION_SERVICE_URL,
        dbConnector: env.DB_CONNECTOR_URL,
      },
      ...admissionOf(env),
      trustedProxies: env.TRUSTED_PROXIES,
      metrics: env.METRICS_PORT === undefined ? undefined : { host: env.HOST, port: env.METRICS_PORT },
      log,
    }),
});
