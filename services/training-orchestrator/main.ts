import { openDatabase, openPool } from "@chatdb/kit/database.ts";
import { databaseEnv, kafkaEnv } from "@chatdb/kit/env.ts";
import { kafkaConnection } from "@chatdb/kit/kafka-connection.ts";
import { createKafkaEventBus } from "@chatdb/kit/kafka-event-bus.ts";
import { runService } from "@chatdb/kit/run.ts";
import type { OrchestratorTables } from "./schema.ts";
import { createService } from "./service.ts";

const name = "training-orchestrator";

await runService({
  name,
  env: { ...databaseEnv, ...kafkaEnv },
  create: async (env, log) => {
    const db = openDatabase<OrchestratorTables>(openPool(env));
    const bus = createKafkaEventBus({ clientId: name, connection: kafkaConnection(env), log });
    const app = await createService({ db, bus, log });
    app.addHook("onClose", async () => {
      await bus.close();
      await db.destroy();
    });
    return app;
  },
});
