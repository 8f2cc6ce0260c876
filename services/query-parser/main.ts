import { kafkaEnv, serviceUrl } from "@chatdb/kit/env.ts";
import { kafkaConnection } from "@chatdb/kit/kafka-connection.ts";
import { createKafkaEventBus } from "@chatdb/kit/kafka-event-bus.ts";
import { runService } from "@chatdb/kit/run.ts";
import { languageModelEnv, languageModelOf } from "./language-model/options.ts";
import { createService } from "./service.ts";

const name = "query-parser";

await runService({
  name,
  env: { ...kafkaEnv, DB_CONNECTOR_URL: serviceUrl, ...languageModelEnv },
  create: (env, log) => {
    const languageModel = languageModelOf(env);
    const bus = createKafkaEventBus({ clientId: name, connection: kafkaConnection(env), log });
    return createService({ dbConnectorUrl: env.DB_CONNECTOR_URL, bus, languageModel, release: () => bus.close(), log });
  },
});
