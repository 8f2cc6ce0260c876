import { kafkaEnv, serviceUrl } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";
import { createKafkaEventBus } from "@platform/kit/kafka-event-bus.ts";
import { runService } from "@platform/kit/run.ts";
import { z } from "zod";
import { languageModelEnv, languageModelOptions } from "./language-model/options.ts";
import { createService } from "./service.ts";

const name = "query-parser";

await runService({
  name,
  env: {
    ...kafkaEnv,
    DB_CONNECTOR_URL: serviceUrl,
    MODEL_REGISTRY_URL: serviceUrl,
    NEW_MODELS_MS: z.coerce.number().pipe(z.int().positive()).optional(),
    ...languageModelEnv,
  },
  create: (env, log) => {
    const languageModel = languageModelOptions(env);
    const bus = createKafkaEventBus({ clientId: name, connection: kafkaConnection(env), log });
    return createService({
      dbConnectorUrl: env.DB_CONNECTOR_URL,
      modelRegistryUrl: env.MODEL_REGISTRY_URL,
      newModelsMs: env.NEW_MODELS_MS,
      bus,
      languageModel,
      release: () => bus.close(),
      log,
    });
  },
});
