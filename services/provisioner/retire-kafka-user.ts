import { z } from "zod";
import { kafkaEnv } from "@platform/kit/env.ts";
import { afterGrace, grace } from "./grace.ts";
import { withKafkaAdmin } from "./kafka-admin.ts";
import { lockKafkaUser } from "./kafka-user.ts";

/** Environment of the command: the user of Kafka that is no longer used. */
export const retireKafkaUserSettings = z.object({ ...kafkaEnv, ...grace, USER_NAME: z.string().min(1) });

/** Takes a user of Kafka its rights, which ends what is still connected by it, and then its password. */
export const retireKafkaUser = afterGrace(async (env: z.infer<typeof retireKafkaUserSettings>, log) => {
  await withKafkaAdmin(env, log, (admin) => lockKafkaUser(admin, env.USER_NAME));
  log.info(`${env.USER_NAME} can no longer log in`);
});
