import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadBucketCommand,
  NotFound,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { s3Env } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { bucketAccess, bucketPolicy } from "./bucket-policy.ts";
import { jsonEnv } from "./json-env.ts";
import { createMinioAdmin } from "./minio-admin.ts";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import { afterGrace, grace } from "./grace.ts";
import { whenUsable } from "./when-usable.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "not a bucket name");

/** Environment of `buckets`: the store, the buckets, and the user of the service that uses them. */
export const bucketSettings = z
  .object({
    S3_ENDPOINT: s3Env.S3_ENDPOINT,
    S3_REGION: s3Env.S3_REGION,
    ADMIN_S3_ACCESS_KEY_ID: s3Env.S3_ACCESS_KEY_ID,
    ADMIN_S3_SECRET_ACCESS_KEY: s3Env.S3_SECRET_ACCESS_KEY,
    BUCKETS: jsonEnv(z.record(bucketName, bucketAccess, 'expected JSON such as {"models": "read-write"}')),
    /**
     * `false` only creates buckets, for a store whose users are managed elsewhere; the variables below are not needed
     * then.
     */
    MANAGE_USERS: z.enum(["true", "false"]).default("true"),
    POLICY_NAME: z
      .string()
      .regex(/^[\w+=,.@-]{1,128}$/, "not a policy name")
      .optional(),
    /** MinIO asks for 3 characters of an access key, and 8 of its secret. */
    ACCESS_KEY_ID: z.string().min(3).optional(),
    SECRET_ACCESS_KEY: z.string().min(8).max(40).optional(),
  })
  .superRefine((env, context) => {
    if (env.MANAGE_USERS === "false") return;
    for (const name of ["S3_ENDPOINT", "POLICY_NAME", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"] as const) {
      if (env[name] === undefined) context.addIssue({ code: "custom", path: [name], message: "not set" });
    }
  });

type Settings = z.infer<typeof bucketSettings>;

/**
 * Creates missing buckets, the service's user with its current secret, and the policy that allows it these buckets
 * only.
 */
export async function provisionBuckets(env: Settings, log: Logger): Promise<void> {
  const what = `The object store at ${env.S3_ENDPOINT ?? "AWS"}`;
  await whenUsable(() => makeBuckets(env, log), { what, log, isTransient });
  if (env.MANAGE_USERS === "true") await whenUsable(() => manageUser(env as Required<Settings>, log), { what, log });
}

/** 503 is transient: MinIO has not found its disks yet, or gets too many requests. */
function isTransient(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 503);
}

async function makeBuckets(env: Settings, log: Logger): Promise<void> {
  const credentials = { accessKeyId: env.ADMIN_S3_ACCESS_KEY_ID, secretAccessKey: env.ADMIN_S3_SECRET_ACCESS_KEY };
  const s3 = new S3Client({
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  try {
    for (const bucket of Object.keys(env.BUCKETS)) {
      if (await exists(s3, bucket)) continue;
      await create(s3, bucket);
      log.info(`bucket ${bucket} made`);
    }
  } finally {
    s3.destroy();
  }
}

async function exists(s3: S3Client, bucket: string): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    // The answer to HEAD has no body that could say why.
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403) {
      throw new Error(`The administrator's access key was refused for bucket ${bucket}.`, { cause: error });
    }
    throw error;
  }
}

async function create(s3: S3Client, bucket: string): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    // Another job, whose service uses the same bucket, created it first.
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
}

async function manageUser(env: Required<Settings>, log: Logger): Promise<void> {
  const admin = createMinioAdmin(env.S3_ENDPOINT, env.S3_REGION, {
    accessKeyId: env.ADMIN_S3_ACCESS_KEY_ID,
    secretAccessKey: env.ADMIN_S3_SECRET_ACCESS_KEY,
  });
  await admin.setPolicy(env.POLICY_NAME, bucketPolicy(env.BUCKETS));
  await admin.setUser({ accessKeyId: env.ACCESS_KEY_ID, secretAccessKey: env.SECRET_ACCESS_KEY });
  await admin.attachPolicy(env.POLICY_NAME, env.ACCESS_KEY_ID);
  log.info(`user ${env.ACCESS_KEY_ID} may use ${JSON.stringify(env.BUCKETS)}`);
}

/** Environment of `retire-bucket-user`: the user of the object store to remove. */
export const retireBucketUserSettings = z.object({
  ...grace,
  S3_ENDPOINT: z.url(),
  S3_REGION: s3Env.S3_REGION,
  ADMIN_S3_ACCESS_KEY_ID: s3Env.S3_ACCESS_KEY_ID,
  ADMIN_S3_SECRET_ACCESS_KEY: s3Env.S3_SECRET_ACCESS_KEY,
  ACCESS_KEY_ID: z.string().min(3),
});

/** Removes a user of the object store after the grace period; its key no longer works. */
export const retireBucketUser = afterGrace(async (env: z.infer<typeof retireBucketUserSettings>, log) => {
  const credentials = { accessKeyId: env.ADMIN_S3_ACCESS_KEY_ID, secretAccessKey: env.ADMIN_S3_SECRET_ACCESS_KEY };
  const admin = createMinioAdmin(env.S3_ENDPOINT, env.S3_REGION, credentials);
  await whenUsable(() => admin.removeUser(env.ACCESS_KEY_ID), { what: `The object store at ${env.S3_ENDPOINT}`, log });
  log.info(`the key of ${env.ACCESS_KEY_ID} is gone`);
});
