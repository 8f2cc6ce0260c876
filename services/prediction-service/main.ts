import { readEnv, serverEnv, serviceUrl } from "@chatdb/kit/env.ts";
import { createLogger } from "@chatdb/kit/log.ts";
import { runService } from "@chatdb/kit/run.ts";
import { z } from "zod";
import { createService } from "./service.ts";

const name = "prediction-service";
/** Left out, the service's own default holds. */
const count = z.coerce.number().pipe(z.int().positive()).optional();
const env = readEnv(z.object({ ...serverEnv, MODEL_REGISTRY_URL: serviceUrl, MODEL_CACHE_BYTES: count, LATEST_MODEL_FOR_MS: count }));

await runService({
  name,
  host: env.HOST,
  port: env.PORT,
  create: () =>
    createService({
      modelRegistryUrl: env.MODEL_REGISTRY_URL,
      cacheBytes: env.MODEL_CACHE_BYTES,
      latestForMs: env.LATEST_MODEL_FOR_MS,
      log: createLogger(name, env.LOG_LEVEL),
    }),
});
