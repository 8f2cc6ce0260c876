import { readEnv, serverEnv, serviceUrl } from "@chatdb/kit/env.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { z } from "zod";
import { createService } from "./service.ts";

const name = "api-gateway";
const env = readEnv(
  z.object({
    ...serverEnv,
    TRAINING_ORCHESTRATOR_URL: serviceUrl,
    ML_ENGINE_URL: serviceUrl,
    QUERY_PARSER_URL: serviceUrl,
    MODEL_REGISTRY_URL: serviceUrl,
    PREDICTION_SERVICE_URL: serviceUrl,
    DB_CONNECTOR_URL: serviceUrl,
  }),
);

const upstreams = {
  trainingOrchestrator: env.TRAINING_ORCHESTRATOR_URL,
  mlEngine: env.ML_ENGINE_URL,
  queryParser: env.QUERY_PARSER_URL,
  modelRegistry: env.MODEL_REGISTRY_URL,
  predictionService: env.PREDICTION_SERVICE_URL,
  dbConnector: env.DB_CONNECTOR_URL,
};

await runService({ name, host: env.HOST, port: env.PORT, create: () => createService({ upstreams, log: createLogger(name, env.LOG_LEVEL) }) });
