import "@platform/kit/small-wasm.ts";
import { openDatabase, openPool } from "@platform/kit/database.ts";
import { databaseEnv, s3Env } from "@platform/kit/env.ts";
import { runService } from "@platform/kit/run.ts";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";
import { z } from "zod";
import type { RegistryTables } from "./tables.ts";
import { createService } from "./service.ts";

await runService({
  name: "model-registry",
  env: {
    ...databaseEnv,
    ...s3Env,
    S3_BUCKET_MODELS: z.string(),
    S3_BUCKET_DATASETS: z.string(),
    ARTIFACT_GRACE_S: z.coerce.number().pipe(z.int().positive()),
  },
  create: async (env, log) => {
    const db = openDatabase<RegistryTables>(openPool(env));
    const objects = createS3ObjectStore(env);
    const buckets = { models: env.S3_BUCKET_MODELS, datasets: env.S3_BUCKET_DATASETS };
    const app = await createService({ db, objects, buckets, artifactGraceS: env.ARTIFACT_GRACE_S, log });
    app.addHook("onClose", async () => {
      objects.close();
      await db.destroy();
    });
    return app;
  },
});
