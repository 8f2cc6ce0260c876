import { Admin, findErrorBy } from "@platformatic/kafka";
import type { KafkaEnv } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";
import type { Logger } from "@platform/kit/log.ts";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import { whenUsable } from "./when-usable.ts";

/** Runs `converge` with an admin client, and again while brokers cannot be reached or its failure is transient. */
export async function withKafkaAdmin(
  env: KafkaEnv,
  log: Logger,
  converge: (admin: Admin) => Promise<void>,
  isTransient: (error: unknown) => boolean = () => false,
): Promise<void> {
  const admin = new Admin({
    ...kafkaConnection(env),
    clientId: "chatdb-provisioner",
    retries: 0,
    timeout: 10_000,
    connectTimeout: 5000,
  });
  const what = `Kafka at ${env.KAFKA_BOOTSTRAP_SERVERS.join(", ")}`;
  try {
    await whenUsable(() => converge(admin), {
      what,
      log,
      isTransient: (error) => isUnavailable(error) || isTransient(error),
    });
  } finally {
    await admin.close();
  }
}

/** Whether the error of this name is among a broker's answers. */
export function hasKafkaError(error: unknown, apiId: string): boolean {
  return error instanceof Error && findErrorBy(error, "apiId", apiId) !== null;
}
