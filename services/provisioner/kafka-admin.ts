import { Admin, findErrorBy } from "@platformatic/kafka";
import type { KafkaEnv } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";
import type { Logger } from "@platform/kit/log.ts";
import { isNetworkFailure, retry } from "./retry.ts";

/** Lets `converge` do its work, again as long as brokers cannot be reached or `mayPass`. */
export async function withKafkaAdmin(
  env: KafkaEnv,
  log: Logger,
  converge: (admin: Admin) => Promise<void>,
  mayPass: (error: unknown) => boolean = () => false,
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
    await retry(() => converge(admin), { what, log, mayPass: (error) => isNetworkFailure(error) || mayPass(error) });
  } finally {
    await admin.close();
  }
}

/** Whether the broker's answer was, or among others was, the error of this name. */
export function hasKafkaError(error: unknown, apiId: string): boolean {
  return error instanceof Error && findErrorBy(error, "apiId", apiId) !== null;
}
