import "@platform/kit/small-wasm.ts";
import { serviceUrl } from "@platform/kit/env.ts";
import { runService } from "@platform/kit/run.ts";
import { z } from "zod";
import { createService } from "./service.ts";

/** If it is unset, the service's own default applies. */
const count = z.coerce.number().pipe(z.int().positive()).optional();

await runService({
  name: "prediction-service",
  env: { MODEL_REGISTRY_URL: serviceUrl, MODEL_CACHE_BYTES: count, MODEL_REFERENCE_FOR_MS: count },
  create: (env, log) =>
    createService({
      modelRegistryUrl: env.MODEL_REGISTRY_URL,
      cacheBytes: env.MODEL_CACHE_BYTES,
      referenceTtlMs: env.MODEL_REFERENCE_FOR_MS,
      log,
    }),
});
