import { z } from "zod";
import { s3Env } from "@platform/kit/env.ts";
import { afterGrace, grace } from "./grace.ts";
import { createMinioAdmin } from "./minio-admin.ts";
import { retry } from "./retry.ts";

/** Environment of the command: the user of the object store that is no longer used. */
export const retireBucketUserSettings = z.object({
  ...grace,
  S3_ENDPOINT: z.url(),
  S3_REGION: s3Env.S3_REGION,
  ADMIN_S3_ACCESS_KEY_ID: s3Env.S3_ACCESS_KEY_ID,
  ADMIN_S3_SECRET_ACCESS_KEY: s3Env.S3_SECRET_ACCESS_KEY,
  ACCESS_KEY_ID: z.string().min(3),
});

/** Removes a user of the object store; its key opens nothing from then on. */
export const retireBucketUser = afterGrace(async (env: z.infer<typeof retireBucketUserSettings>, log) => {
  const credentials = { accessKeyId: env.ADMIN_S3_ACCESS_KEY_ID, secretAccessKey: env.ADMIN_S3_SECRET_ACCESS_KEY };
  const admin = createMinioAdmin(env.S3_ENDPOINT, env.S3_REGION, credentials);
  await retry(() => admin.removeUser(env.ACCESS_KEY_ID), { what: `The object store at ${env.S3_ENDPOINT}`, log });
  log.info(`the key of ${env.ACCESS_KEY_ID} is gone`);
});
