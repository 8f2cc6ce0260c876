import { openDatabase, openPool } from "@platform/kit/database.ts";
import { databaseEnv, kafkaEnv } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";
import { createKafkaEventBus } from "@platform/kit/kafka-event-bus.ts";
import { runService } from "@platform/kit/run.ts";
import { z } from "zod";
import type { OrchestratorTables } from "./tables.ts";
import { createService } from "./service.ts";

const name = "training-orchestrator";

await runService({
  name,
  env: {
    ...databaseEnv,
    ...kafkaEnv,
    /** Jobs that are with the engines at a time, for all replicas together. */
    CONCURRENT_JOBS: z.coerce.number().pipe(z.int().positive()),
    /** Seconds of silence after which an attempt is sent again; the engines take it for the same one. */
    HEARTBEAT_TIMEOUT_S: z.coerce.number().positive(),
    /** Seconds for which jobs stay on record after they have ended; 0: for good. */
    KEEP_JOBS_S: z.coerce.number().nonnegative(),
  },
  create: async (env, log) => {
    const db = openDatabase<OrchestratorTables>(openPool(env));
    const bus = createKafkaEventBus({ clientId: name, connection: kafkaConnection(env), log });
    const app = await createService({
      db,
      bus,
      log,
      concurrentJobs: env.CONCURRENT_JOBS,
      heartbeatTimeoutMs: env.HEARTBEAT_TIMEOUT_S * 1000,
      keepJobsMs: env.KEEP_JOBS_S === 0 ? Infinity : env.KEEP_JOBS_S * 1000,
    });
    app.addHook("onClose", async () => {
      await bus.close();
      await db.destroy();
    });
    return app;
  },
});
