import * as pulumi from "@pulumi/pulumi";
import type { Connection, Consumer, Dependency } from "../network/connection.ts";
import { kafkaCluster, minInsyncReplicas, type KafkaCluster, type KafkaClusterArgs } from "./kafka-cluster.ts";
import { login } from "./login.ts";
import { Provisioner } from "./provisioner.ts";

/** A Kafka cluster that runs elsewhere: MSK, Confluent, a company's own. */
export interface ExternalKafka {
  /** `host:port` of one or more brokers. All brokers must listen on these ports. */
  readonly bootstrapServers: readonly string[];
  /** Addresses that the network policies open for it. */
  readonly cidr: string;
  /** Copies of each partition that it keeps. */
  readonly replicationFactor: number;
  /** Whether connections are encrypted. */
  readonly tls: boolean;
  /** One login for all services: users and their rights are made where the cluster is run. Default: none is asked for. */
  readonly login?: { readonly mechanism: string; readonly username: string; readonly password: pulumi.Input<string> };
}

export interface Topic {
  /** How many consumers of one group can share the work. Can grow, never shrink. */
  readonly partitions: number;
  /** How long events are kept, in milliseconds. Default 7 days. */
  readonly retentionMs?: number;
}

export interface KafkaArgs extends KafkaClusterArgs {
  readonly topics: Record<string, Topic>;
  /** Image that makes topics and users: services/provisioner. */
  readonly provisionerImage: pulumi.Input<string>;
  /** See {@link login}. Default 0. */
  readonly credentialRotation?: number;
  /** Deploy nothing and use this cluster instead; the topics are made there. */
  readonly external?: ExternalKafka;
}

/** What a consumer does with a topic: its pods share the events of one that it consumes, and each takes all of one that it follows. */
export type TopicUse = "publish" | "consume" | "follow";

/** An Apache Kafka cluster, here or elsewhere, its topics, and a user for each consumer who may do what it declared and nothing else. */
export class Kafka extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly args: KafkaArgs;
  private readonly cluster: KafkaCluster;
  private readonly provisioner: Provisioner;
  private readonly topicsMade: pulumi.Resource;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:data:Kafka", name, {}, opts);
    this.name = name;
    this.args = args;
    this.cluster = args.external ? external(args.external) : kafkaCluster(name, args, this);
    const administration = { name, connect: () => this.cluster.administration };
    this.provisioner = new Provisioner(
      { namespace: args.namespace, image: args.provisionerImage, administration },
      this,
    );
    // Users and topics do not wait for each other: a right may come before its topic.
    this.topicsMade = this.provisioner.run(`${name}-topics`, "topics", {
      env: { TOPICS: JSON.stringify(topicSettings(args.topics, this.cluster.replicationFactor)) },
    });
    this.registerOutputs({ bootstrapServers: this.cluster.clients.env.KAFKA_BOOTSTRAP_SERVERS });
  }

  /**
   * Use of topics; what for is stated once, here. The user's rights follow: to write what it publishes, and to read what it
   * consumes or follows in groups named after it and the topic (`groupOf` and `followersOf` of services/contracts).
   * @throws Error where a topic is not one of the cluster's.
   */
  topics(use: Record<string, TopicUse>): Dependency {
    const known = Object.keys(this.args.topics);
    const unknown = Object.keys(use).filter((topic) => !known.includes(topic));
    if (unknown.length > 0)
      throw new Error(`${this.name} has no topic ${unknown.join(", ")}; its topics are ${known.join(", ")}.`);
    return {
      name: this.name,
      component: this,
      connect: (consumer) => (this.cluster.managesUsers ? this.asUser(consumer, use) : this.asEveryone()),
    };
  }

  private asEveryone(): Connection {
    return { ...this.cluster.clients, readyWhen: [this.topicsMade] };
  }

  private asUser(consumer: Consumer, use: Record<string, TopicUse>): Connection {
    const name = `${this.name}-${consumer.name}`;
    const consumerLogin = login(name, { base: consumer.name, rotation: this.args.credentialRotation ?? 0 }, this);
    const { user, password } = consumerLogin;
    const provisioned = this.provisioner.run(name, "kafka-user", {
      env: { USER_NAME: user, CONSUMER_NAME: consumer.name, TOPIC_USE: JSON.stringify(use) },
      secretEnv: { USER_PASSWORD: password },
    });
    const { env, secretEnv, destinations } = this.cluster.clients;
    return {
      env: { ...env, KAFKA_SASL_MECHANISM: "SCRAM-SHA-512", KAFKA_USERNAME: user },
      secretEnv: { ...secretEnv, KAFKA_PASSWORD: password },
      destinations,
      readyWhen: [this.topicsMade, provisioned],
      retire: this.provisioner.retire(name, "retire-kafka-user", consumerLogin, (USER_NAME) => ({
        env: { USER_NAME },
      })),
    };
  }
}

function topicSettings(topics: Record<string, Topic>, replicationFactor: number) {
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

function external({ bootstrapServers, cidr, replicationFactor, tls, login }: ExternalKafka): KafkaCluster {
  const ports = new Set(bootstrapServers.map((server) => Number(server.split(":")[1])));
  const clients: KafkaCluster["clients"] = {
    env: {
      KAFKA_BOOTSTRAP_SERVERS: bootstrapServers.join(","),
      ...(tls ? { KAFKA_TLS: "true" } : {}),
      ...(login ? { KAFKA_SASL_MECHANISM: login.mechanism, KAFKA_USERNAME: login.username } : {}),
    },
    secretEnv: login ? { KAFKA_PASSWORD: login.password } : {},
    destinations: [...ports].map((port) => ({ to: { cidr }, port })),
  };
  return { clients, administration: { ...clients, readyWhen: [] }, managesUsers: false, replicationFactor };
}
