import * as pulumi from "@pulumi/pulumi";
import type { Connection, Consumer, Dependency } from "../network/connection.ts";
import { kafkaUser, topicSettings, type Topic, type TopicUse } from "./kafka-access.ts";
import { kafkaBrokers, type KafkaBrokers, type KafkaBrokersArgs } from "./kafka-brokers.ts";
import { Provisioner } from "./provisioner.ts";

/** A Kafka cluster that runs elsewhere: MSK, Confluent, a company's own. */
export interface ExternalKafka {
  /** One or more brokers as `host:port`. All brokers must listen on these ports. */
  readonly bootstrapServers: readonly string[];
  /** Range of addresses, in CIDR notation, that the network policies open for it. */
  readonly cidr: string;
  /** Copies that it keeps of each partition. */
  readonly replicationFactor: number;
  /** Whether connections are encrypted. */
  readonly tls: boolean;
  /** One login for all services: whoever runs the cluster makes users and rights. Default: none is asked for. */
  readonly login?: { readonly mechanism: string; readonly username: string; readonly password: pulumi.Input<string> };
}

export interface KafkaArgs extends KafkaBrokersArgs {
  /** Topics by name. A topic that is taken out stays on the brokers, with its events. */
  readonly topics: Record<string, Topic>;
  /** Image of the provisioner, which makes topics and users. */
  readonly provisionerImage: pulumi.Input<string>;
  /** How often passwords have been rotated, see {@link login}. Default 0. */
  readonly credentialRotation?: number;
  /**
   * Cluster to use instead of deploying one; the topics are made there. Default: one is deployed.
   * Setting it on a stack that has deployed one deletes the brokers. Their volumes stay.
   */
  readonly external?: ExternalKafka;
}

/**
 * An Apache Kafka cluster, here or elsewhere, its topics, and a user for each consumer, which may do what it declared
 * and nothing else. Its brokers and their listeners are in kafka-brokers.ts, topics and users in kafka-access.ts.
 *
 * @example
 * const kafka = new Kafka("kafka", {
 *   namespace, image: "apache/kafka:4.1.1", brokers: 3, heap: "512Mi", storage: "10Gi",
 *   resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
 *   topics: { orders: { partitions: 12 } }, provisionerImage,
 * });
 * new Microservice("shop", { ...args, uses: [kafka.topics({ orders: "publish" })] });
 */
export class Kafka extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly args: KafkaArgs;
  private readonly brokers: KafkaBrokers;
  private readonly provisioner: Provisioner;
  private readonly topicsMade: pulumi.Resource;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:data:Kafka", name, {}, opts);
    this.name = name;
    this.args = args;
    this.brokers = args.external ? external(args.external) : kafkaBrokers(name, args, this);
    const administration = { name, connect: () => this.brokers.administration };
    this.provisioner = new Provisioner(
      { namespace: args.namespace, image: args.provisionerImage, administration },
      this,
    );
    // Users and topics do not wait for each other: a right may come before its topic.
    this.topicsMade = this.provisioner.run(`${name}-topics`, "topics", {
      env: { TOPICS: JSON.stringify(topicSettings(args.topics, this.brokers.replicationFactor)) },
    });
    this.registerOutputs({ bootstrapServers: this.brokers.clients.env.KAFKA_BOOTSTRAP_SERVERS });
  }

  /**
   * Use of topics, in the variables `KAFKA_*`. The user may write what it publishes, and read what it consumes or
   * follows in consumer groups whose names begin with its own name and the topic's.
   * @throws Error where a topic is not one of the cluster's.
   */
  topics(use: Record<string, TopicUse>): Dependency {
    const known = Object.keys(this.args.topics);
    const unknown = Object.keys(use).filter((topic) => !known.includes(topic));
    if (unknown.length > 0)
      throw new Error(`${this.name} has no topic ${unknown.join(", ")}; its topics are ${known.join(", ")}.`);
    return { name: this.name, component: this, connect: (consumer) => this.connect(consumer, use) };
  }

  private connect(consumer: Consumer, use: Record<string, TopicUse>): Connection {
    const { brokers, provisioner, topicsMade } = this;
    if (!brokers.managesUsers) return { ...brokers.clients, readyWhen: [topicsMade] };
    const rotation = this.args.credentialRotation ?? 0;
    const connection = kafkaUser(
      `${this.name}-${consumer.name}`,
      { brokers, provisioner, consumer, use, rotation },
      this,
    );
    return { ...connection, readyWhen: [topicsMade, ...connection.readyWhen] };
  }
}

function external({ bootstrapServers, cidr, replicationFactor, tls, login }: ExternalKafka): KafkaBrokers {
  const ports = new Set(bootstrapServers.map((server) => Number(server.split(":")[1])));
  const clients: KafkaBrokers["clients"] = {
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
