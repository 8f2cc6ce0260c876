import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import pg from "pg";
import { kafkaEnv, s3Env } from "@chatdb/kit/env.ts";
import type { Logger } from "@chatdb/kit/log.ts";
import { administeredServer, administratorSettings } from "./database.ts";
import { withKafkaAdmin } from "./kafka-admin.ts";
import { lockKafkaUser } from "./kafka-user.ts";
import { createMinioAdmin } from "./minio-admin.ts";
import { withConnection } from "./postgres-connection.ts";
import { retry } from "./retry.ts";

/** How long the consumer's old pods may still drain, with the old login in their hands. */
const grace = {
  GRACE_SECONDS: z.coerce.number().int().min(0).max(600),
};

/** A command that lets the grace pass first. */
function afterGrace<Env extends { GRACE_SECONDS: number }>(withdraw: (env: Env, log: Logger) => Promise<void>) {
  return async (env: Env, log: Logger): Promise<void> => {
    await delay(env.GRACE_SECONDS * 1000);
    await withdraw(env, log);
  };
}

/** Environment of the command: the login of PostgreSQL that is no longer used. */
export const retireDatabaseUserSettings = z.object({ ...administratorSettings, ...grace, USER_NAME: z.string().min(1) });

/** Takes a login its password, and ends what is still connected by it. The role that it acted as, and all that this owns, stay. */
export const retireDatabaseUser = afterGrace(async (env: z.infer<typeof retireDatabaseUserSettings>, log) => {
  await withConnection(administeredServer(env), "postgres", log, async (admin) => {
    const { rowCount } = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [env.USER_NAME]);
    if (rowCount === 0) return log.info(`there is no ${env.USER_NAME}`);
    await admin.query(`ALTER ROLE ${pg.escapeIdentifier(env.USER_NAME)} NOLOGIN PASSWORD NULL`);
    const { rowCount: ended } = await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [env.USER_NAME]);
    log.info(`${env.USER_NAME} can no longer log in; connections ended: ${ended}`);
  });
});

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

/** Environment of the command: the user of Kafka that is no longer used. */
export const retireKafkaUserSettings = z.object({ ...kafkaEnv, ...grace, USER_NAME: z.string().min(1) });

/** Takes a user of Kafka its rights, which ends what is still connected by it, and then its password. */
export const retireKafkaUser = afterGrace(async (env: z.infer<typeof retireKafkaUserSettings>, log) => {
  await withKafkaAdmin(env, log, (admin) => lockKafkaUser(admin, env.USER_NAME));
  log.info(`${env.USER_NAME} can no longer log in`);
});
