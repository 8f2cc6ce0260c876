import type { Connection, Consumer } from "../network/connection.ts";
import { login } from "./login.ts";
import { minInsyncReplicas, type KafkaBrokers } from "./kafka-brokers.ts";
import type { Provisioner } from "./provisioner.ts";
import type * as pulumi from "@pulumi/pulumi";

export interface Topic {
  /** Partitions: how many pods of one consumer can share the work. The number can grow and never shrink. */
  readonly partitions: number;
  /** Time that events are kept, in milliseconds. Default 7 days. */
  readonly retentionMs?: number;
}

/**
 * What a consumer does with a topic: its pods share the events of one that it consumes, and each reads all of one that
 * it follows.
 */
export type TopicUse = "publish" | "consume" | "follow";

/** Settings of topics as the provisioner's command `topics` reads them. */
export function topicSettings(topics: Record<string, Topic>, replicationFactor: number) {
  return Object.entries(topics).map(([name, { partitions, retentionMs }]) => ({
    name,
    partitions,
    replicationFactor,
    config: {
      "min.insync.replicas": String(minInsyncReplicas(replicationFactor)),
      ...(retentionMs === undefined ? {} : { "retention.ms": String(retentionMs) }),
    },
  }));
}

export interface KafkaUserArgs {
  readonly brokers: KafkaBrokers;
  readonly provisioner: Provisioner;
  readonly consumer: Consumer;
  readonly use: Record<string, TopicUse>;
  /** How often passwords have been rotated, see {@link login}. */
  readonly rotation: number;
}

/** Connects a consumer as a user of its own, which a Job makes with the rights that its use of topics needs. */
export function kafkaUser(name: string, args: KafkaUserArgs, parent: pulumi.Resource): Connection {
  const { brokers, provisioner, consumer, use, rotation } = args;
  const consumerLogin = login(name, { base: consumer.name, rotation }, parent);
  const { user, password } = consumerLogin;
  const made = provisioner.run(name, "kafka-user", {
    env: { USER_NAME: user, CONSUMER_NAME: consumer.name, TOPIC_USE: JSON.stringify(use) },
    secretEnv: { USER_PASSWORD: password },
  });
  const { env, secretEnv, destinations } = brokers.clients;
  return {
    env: { ...env, KAFKA_SASL_MECHANISM: "SCRAM-SHA-512", KAFKA_USERNAME: user },
    secretEnv: { ...secretEnv, KAFKA_PASSWORD: password },
    destinations,
    readyWhen: [made],
    retire: provisioner.retire(name, "retire-kafka-user", consumerLogin, (USER_NAME) => ({ env: { USER_NAME } })),
  };
}
