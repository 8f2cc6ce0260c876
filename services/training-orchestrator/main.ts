import { openDatabase, openPool } from "@chatdb/kit/database.ts";
import { databaseEnv, kafkaEnv, readEnv, serverEnv } from "@chatdb/kit/env.ts";
import { createKafkaEventBus } from "@chatdb/kit/kafka-event-bus.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { z } from "zod";
import type { OrchestratorTables } from "./schema.ts";
import { createService } from "./service.ts";

const name = "training-orchestrator";
const env = readEnv(z.object({ ...serverEnv, ...databaseEnv, ...kafkaEnv }));

async function create() {
  const log = createLogger(name, env.LOG_LEVEL);
  const db = openDatabase<OrchestratorTables>(openPool(env));
  const bus = createKafkaEventBus({ clientId: name, bootstrapServers: env.KAFKA_BOOTSTRAP_SERVERS, log });
  const app = await createService({ db, bus, log });
  app.addHook("onClose", async () => {
    await bus.close();
    await db.destroy();
  });
  return app;
}

await runService({ name, host: env.HOST, port: env.PORT, create });
