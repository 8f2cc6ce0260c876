import { openDatabase, openPool } from "@chatdb/kit/database.ts";
import { databaseEnv, readEnv, s3Env, serverEnv } from "@chatdb/kit/env.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { createS3ObjectStore } from "@chatdb/kit/s3-object-store.ts";
import { z } from "zod";
import type { RegistryTables } from "./schema.ts";
import { createService } from "./service.ts";

const name = "model-registry";
const env = readEnv(z.object({ ...serverEnv, ...databaseEnv, ...s3Env, S3_BUCKET_MODELS: z.string(), S3_BUCKET_DATASETS: z.string() }));

async function create() {
  const db = openDatabase<RegistryTables>(openPool(env));
  const objects = createS3ObjectStore(env);
  const buckets = { models: env.S3_BUCKET_MODELS, datasets: env.S3_BUCKET_DATASETS };
  const app = await createService({ db, objects, buckets, log: createLogger(name, env.LOG_LEVEL) });
  app.addHook("onClose", async () => {
    objects.close();
    await db.destroy();
  });
  return app;
}

await runService({ name, host: env.HOST, port: env.PORT, create });
