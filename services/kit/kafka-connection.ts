import type { BaseOptions } from "@platformatic/kafka";
import { ConfigurationError, type KafkaEnv } from "./env.ts";
import type { Logger } from "./log.ts";

/** The brokers and the login, as options of the client library. */
export type KafkaConnection = Pick<BaseOptions, "bootstrapBrokers" | "sasl" | "tls" | "tlsServerName">;

export interface KafkaOptions {
  /** Name of this process in the brokers' logs and quotas. */
  clientId: string;
  connection: KafkaConnection;
  log: Logger;
}

/**
 * Converts the environment to options of the client library. Without KAFKA_USERNAME: no login.
 * @throws ConfigurationError when a user has no password
 */
export function kafkaConnection(env: KafkaEnv): KafkaConnection {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password, KAFKA_SASL_MECHANISM: mechanism } = env;
  if (username !== undefined && password === undefined)
    throw new ConfigurationError("The environment is not complete:\n  KAFKA_PASSWORD: not set, but KAFKA_USERNAME is");
  return {
    bootstrapBrokers: env.KAFKA_BOOTSTRAP_SERVERS,
    ...(username === undefined ? {} : { sasl: { mechanism, username, password } }),
    // SNI distinguishes brokers behind one address.
    ...(env.KAFKA_TLS === "true" ? { tls: {}, tlsServerName: true } : {}),
  };
}
