import { kafkaEnv, readEnv, serverEnv, serviceUrl } from "@chatdb/kit/env.ts";
import { createKafkaEventBus } from "@chatdb/kit/kafka-event-bus.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { z } from "zod";
import { createService } from "./service.ts";

const name = "query-parser";
const env = readEnv(z.object({ ...serverEnv, ...kafkaEnv, DB_CONNECTOR_URL: serviceUrl }));

function create() {
  const log = createLogger(name, env.LOG_LEVEL);
  const bus = createKafkaEventBus({ clientId: name, bootstrapServers: env.KAFKA_BOOTSTRAP_SERVERS, log });
  return createService({ dbConnectorUrl: env.DB_CONNECTOR_URL, bus, release: () => bus.close(), log });
}

await runService({ name, host: env.HOST, port: env.PORT, create });
