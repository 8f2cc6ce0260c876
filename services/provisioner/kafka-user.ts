import { pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { alterUserScramCredentialsV0, ScramMechanisms, type Acl, type Admin } from "@platformatic/kafka";
import { z } from "zod";
import { kafkaEnv } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { aclsOf, allOf, difference, topicUse } from "./kafka-acls.ts";
import { withKafkaAdmin } from "./kafka-admin.ts";
import { jsonEnv } from "./json-env.ts";
import { afterGrace, grace } from "./grace.ts";

const name = z.string().regex(/^[\w.-]+$/, "expected letters, digits, _, . and -");

/** Environment of `kafka-user`: the brokers and their administrator's login, the user, and its use of topics. */
export const kafkaUserSettings = z.object({
  ...kafkaEnv,
  USER_NAME: name,
  USER_PASSWORD: z.string().regex(/^[\x20-\x7e]+$/, "expected printable ASCII"),
  /** The consumer, whose name begins the names of its groups. */
  CONSUMER_NAME: name,
  TOPIC_USE: jsonEnv(z.record(z.string(), topicUse, 'expected JSON such as {"jobs": "publish"}')),
});

/** Creates a user or sets its password, grants the rights that its use of topics needs, and revokes all others. */
export async function provisionKafkaUser(env: z.infer<typeof kafkaUserSettings>, log: Logger): Promise<void> {
  await withKafkaAdmin(env, log, async (admin) => {
    await setAcls(admin, env.USER_NAME, aclsOf(env.USER_NAME, env.CONSUMER_NAME, env.TOPIC_USE));
    await setPassword(admin, env.USER_NAME, env.USER_PASSWORD);
  });
  log.info(`user ${env.USER_NAME} may use ${JSON.stringify(env.TOPIC_USE)}`);
}

/** Environment of `retire-kafka-user`: the user of Kafka to lock. */
export const retireKafkaUserSettings = z.object({ ...kafkaEnv, ...grace, USER_NAME: z.string().min(1) });

/** Removes the rights of a Kafka user after the grace period, which ends its connections, and then its password. */
export const retireKafkaUser = afterGrace(async (env: z.infer<typeof retireKafkaUserSettings>, log) => {
  await withKafkaAdmin(env, log, (admin) => lockKafkaUser(admin, env.USER_NAME));
  log.info(`${env.USER_NAME} can no longer log in`);
});

/**
 * Revokes a user's rights and sets a password that nobody knows. The user is not deleted: a starting broker that reads
 * a deleted user first forgets all users (`ScramDelta.apply` of Kafka 4.1), and the order is that of a hash map.
 */
async function lockKafkaUser(admin: Admin, user: string): Promise<void> {
  await setAcls(admin, user, []);
  await setPassword(admin, user, randomBytes(32).toString("base64url"));
}

async function setAcls(admin: Admin, user: string, wanted: Acl[]): Promise<void> {
  const resources = await admin.describeAcls({ filter: allOf(user) });
  const present = resources.flatMap(({ acls, ...resource }) => acls.map((acl) => ({ ...resource, ...acl })));
  const { missing, surplus } = difference(present, wanted);
  if (missing.length > 0) await admin.createAcls({ creations: missing });
  if (surplus.length > 0) await admin.deleteAcls({ filters: surplus });
}

const mechanism = ScramMechanisms.SCRAM_SHA_512;

/** Kafka's minimum and default. Passwords are long and random, so more iterations would only slow logins down. */
const iterations = 4096;

/**
 * Sends the salted hash of a password (`Hi` of RFC 5802), never the password. Only for printable ASCII, which SASLprep
 * does not change.
 */
async function setPassword(admin: Admin, name: string, password: string): Promise<void> {
  const salt = randomBytes(32);
  const saltedPassword = await promisify(pbkdf2)(password, salt, iterations, 64, "sha512");
  const [connection] = (await admin.connectToBrokers()).values();
  await alterUserScramCredentialsV0.api.async(connection!, [], [{ name, mechanism, iterations, salt, saltedPassword }]);
}
