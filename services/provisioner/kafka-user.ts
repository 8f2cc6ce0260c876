import { pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { alterUserScramCredentialsV0, ScramMechanisms, type Acl, type Admin } from "@platformatic/kafka";
import { z } from "zod";
import { kafkaEnv } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { aclsOf, allOf, difference, topicUse } from "./kafka-acls.ts";
import { withKafkaAdmin } from "./kafka-admin.ts";
import { jsonEnv } from "./json-env.ts";

const name = z.string().regex(/^[\w.-]+$/, "expected letters, digits, _, . and -");

/** Environment of the command: the brokers and their administrator's login, the user, and what it may do. */
export const kafkaUserSettings = z.object({
  ...kafkaEnv,
  USER_NAME: name,
  USER_PASSWORD: z.string().regex(/^[\x20-\x7e]+$/, "expected printable ASCII"),
  /** Who uses it: the first part of its groups' names. */
  CONSUMER_NAME: name,
  TOPIC_USE: jsonEnv(z.record(z.string(), topicUse, 'expected JSON such as {"jobs": "publish"}')),
});

/** Makes a user, or sets its password anew, and gives it the rights that follow from its use of topics; any others are taken away. */
export async function provisionKafkaUser(env: z.infer<typeof kafkaUserSettings>, log: Logger): Promise<void> {
  await withKafkaAdmin(env, log, async (admin) => {
    await setAcls(admin, env.USER_NAME, aclsOf(env.USER_NAME, env.CONSUMER_NAME, env.TOPIC_USE));
    await setPassword(admin, env.USER_NAME, env.USER_PASSWORD);
  });
  log.info(`user ${env.USER_NAME} may use ${JSON.stringify(env.TOPIC_USE)}`);
}

/**
 * Takes a user's rights away, and sets a password that nobody knows. It is not deleted: a broker that reads its log at a start and
 * comes to a deleted user before any other forgets all users (`ScramDelta.apply` of Kafka 4.1), and the order is that of a hash map.
 */
export async function lockKafkaUser(admin: Admin, user: string): Promise<void> {
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

/** The least that Kafka accepts, and its default. The passwords are long and random: more would slow each login down for nothing. */
const iterations = 4096;

/**
 * Sends what SCRAM makes of a password (RFC 5802: `Hi`), never the password. For passwords of printable ASCII, which SASLprep
 * leaves as they are.
 */
async function setPassword(admin: Admin, name: string, password: string): Promise<void> {
  const salt = randomBytes(32);
  const saltedPassword = await promisify(pbkdf2)(password, salt, iterations, 64, "sha512");
  const [connection] = (await admin.connectToBrokers()).values();
  await alterUserScramCredentialsV0.api.async(connection!, [], [{ name, mechanism, iterations, salt, saltedPassword }]);
}
