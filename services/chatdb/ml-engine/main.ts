import { apiServerEnv, portsEnv, rangesEnv } from "@platform/kit/address-rules.ts";
import { kafkaEnv, s3Env, serviceUrl } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";
import { createKafkaEventBus } from "@platform/kit/kafka-event-bus.ts";
import { runService } from "@platform/kit/run.ts";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";
import { z } from "zod";
import { createService } from "./service.ts";

const name = "ml-engine";
const count = z.coerce.number().pipe(z.int().positive());

await runService({
  name,
  env: {
    ...kafkaEnv,
    ...s3Env,
    S3_BUCKET_DATASETS: z.string(),
    S3_BUCKET_FEEDBACK: z.string(),
    S3_BUCKET_CHECKPOINTS: z.string(),
    MODEL_REGISTRY_URL: serviceUrl,
    DB_CONNECTOR_URL: serviceUrl,
    JOBS_PER_ENGINE: count,
    MEMORY_PER_JOB_MIB: count,
    /** If it is unset, the service's own default applies. */
    DATASET_MAX_BYTES: count.optional(),
    /** Addresses from which https:// and http:// datasets may be read. Default: none. */
    WEB_DATASETS_RANGES: rangesEnv.optional(),
    /** Parts of these ranges that stay forbidden. */
    WEB_DATASETS_EXCEPT: rangesEnv.optional(),
    WEB_DATASETS_PORTS: portsEnv.default([443, 80]),
    ...apiServerEnv,
    CHECKPOINT_EVERY_MS: count,
  },
  create: async (env, log) => {
    const bus = createKafkaEventBus({ clientId: name, connection: kafkaConnection(env), log });
    const objects = createS3ObjectStore(env);
    const app = await createService({
      bus,
      objects,
      datasetsBucket: env.S3_BUCKET_DATASETS,
      feedbackBucket: env.S3_BUCKET_FEEDBACK,
      checkpointsBucket: env.S3_BUCKET_CHECKPOINTS,
      modelRegistryUrl: env.MODEL_REGISTRY_URL,
      dbConnectorUrl: env.DB_CONNECTOR_URL,
      jobsPerEngine: env.JOBS_PER_ENGINE,
      memoryPerJobMib: env.MEMORY_PER_JOB_MIB,
      maxDatasetBytes: env.DATASET_MAX_BYTES,
      // 0 if the process has no limit.
      memoryBytes: process.constrainedMemory() || undefined,
      webDatasets: {
        ranges: env.WEB_DATASETS_RANGES,
        except: env.WEB_DATASETS_EXCEPT,
        ports: env.WEB_DATASETS_PORTS,
        apiServer: env.KUBERNETES_SERVICE_HOST,
      },
      checkpointMs: env.CHECKPOINT_EVERY_MS,
      // The bundler replaces this; without a bundle it is undefined.
      sourceTag: process.env.SOURCE_TAG,
      log,
    });
    app.addHook("onClose", async () => {
      await bus.close();
      objects.close();
    });
    return app;
  },
});
