import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Dependency, Destination } from "./connection.ts";
import { selector } from "./labels.ts";
import { OneOffJob } from "./one-off-job.ts";
import { probe, startupProbe, type Resources } from "./pod.ts";
import type { Size } from "./quantities.ts";
import { governingService, StatefulService } from "./stateful-service.ts";

type EnvVar = k8s.types.input.core.v1.EnvVar;

/** A Kafka cluster that runs elsewhere: MSK, Confluent, a company's own. */
export interface ExternalKafka {
  /** `host:port` of one or more brokers. All brokers must listen on these ports. */
  readonly bootstrapServers: readonly string[];
  /** Addresses that the network policies open for it. */
  readonly cidr: string;
  /** Copies of each partition that it keeps. */
  readonly replicationFactor: number;
}

export interface Topic {
  /** How many consumers of one group can share the work. Can grow, never shrink. */
  readonly partitions: number;
  /** How long events are kept, in milliseconds. Default 7 days. */
  readonly retentionMs?: number;
}

export interface KafkaArgs {
  readonly namespace: pulumi.Input<string>;
  /** Image of apache/kafka's contract, version 4 or later. */
  readonly image: string;
  /** Nodes, each a broker and a controller: 1, or an odd number for a quorum. Changing it needs a controller migration. */
  readonly brokers: number;
  readonly resources: Resources;
  /** Java heap, half of the memory limit or less: the page cache is what makes Kafka fast. */
  readonly heap: Size;
  /** Further options of the Java machine. Default none. */
  readonly jvmOptions?: string;
  /** See {@link StatefulService}: a change replaces the StatefulSet; the data stays. */
  readonly storage: Size;
  readonly storageClass?: string;
  /** Name of a PriorityClass. Default: the cluster's default. */
  readonly priorityClass?: pulumi.Input<string>;
  /** Refuse to delete or replace what holds or opens the data. Default false. */
  readonly protect?: boolean;
  readonly topics: Record<string, Topic>;
  /** Image that makes the topics: services/provisioner. */
  readonly provisionerImage: pulumi.Input<string>;
  /** Deploy nothing and use this cluster instead; the topics are made there. */
  readonly external?: ExternalKafka;
}

/** What a consumer does with a topic. */
export type TopicUse = "publish" | "consume";

const clientPort = 9092;
const controllerPort = 9093;

interface Cluster {
  readonly bootstrapServers: pulumi.Input<string>;
  readonly destinations: Destination[];
  readonly replicationFactor: number;
  readonly readyWhen: pulumi.Resource[];
}

/** An Apache Kafka cluster in KRaft mode (no ZooKeeper), here or elsewhere, and its topics. */
export class Kafka extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly cluster: Cluster;
  private readonly topicNames: readonly string[];
  private readonly topicsJob: OneOffJob;

  constructor(name: string, args: KafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:Kafka", name, {}, opts);
    this.name = name;
    this.cluster = args.external ? external(args.external) : deploy(name, args, this);
    this.topicNames = Object.keys(args.topics);
    this.topicsJob = new OneOffJob(
      `${name}-topics`,
      {
        namespace: args.namespace,
        image: args.provisionerImage,
        args: ["main.js", "topics"],
        env: { TOPICS: JSON.stringify(topicSettings(args.topics, this.cluster.replicationFactor)) },
        uses: [this.dependency(this.cluster.readyWhen)],
      },
      { parent: this },
    );
    this.registerOutputs({ bootstrapServers: this.cluster.bootstrapServers });
  }

  /**
   * Use of topics; what for is stated once, here.
   * @throws Error where a topic is not one of the cluster's.
   */
  topics(use: Record<string, TopicUse>): Dependency {
    const unknown = Object.keys(use).filter((topic) => !this.topicNames.includes(topic));
    if (unknown.length > 0) throw new Error(`${this.name} has no topic ${unknown.join(", ")}; its topics are ${this.topicNames.join(", ")}.`);
    return this.dependency([this.topicsJob.job]);
  }

  private dependency(readyWhen: pulumi.Resource[]): Dependency {
    const { bootstrapServers, destinations } = this.cluster;
    return {
      name: this.name,
      connect: () => ({ env: { KAFKA_BOOTSTRAP_SERVERS: bootstrapServers }, secretEnv: {}, destinations, readyWhen }),
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

/** One copy may be missing without writes failing, as soon as there are three. */
function minInsyncReplicas(replicationFactor: number): number {
  return replicationFactor >= 3 ? replicationFactor - 1 : 1;
}

function external({ bootstrapServers, cidr, replicationFactor }: ExternalKafka): Cluster {
  const ports = new Set(bootstrapServers.map((server) => Number(server.split(":")[1])));
  return {
    bootstrapServers: bootstrapServers.join(","),
    destinations: [...ports].map((port) => ({ to: { cidr }, port })),
    replicationFactor,
    readyWhen: [],
  };
}

function deploy(name: string, args: KafkaArgs, parent: pulumi.Resource): Cluster {
  // Made once and kept in the stack's state: brokers refuse a volume that was formatted under another id.
  const clusterId = new random.RandomId(`${name}-cluster`, { byteLength: 16 }, { parent, protect: args.protect }).b64Url;
  const listens = { tcpSocket: { port: clientPort } };
  const timing = { initialDelay: "0s", period: "5s", timeout: "3s" } as const;
  const self = { to: { namespace: args.namespace, labels: selector(name) } };
  const service = new StatefulService(
    name,
    {
      ...args,
      uid: 1000,
      replicas: args.brokers,
      ports: { kafka: clientPort, controller: controllerPort },
      dataPath: "/var/lib/kafka/data",
      // The image rewrites its configuration directory at every start.
      scratchPaths: ["/opt/kafka/config", "/opt/kafka/logs", "/tmp"],
      quorum: true,
      peers: args.brokers > 1 ? [{ ...self, port: clientPort }, { ...self, port: controllerPort }] : [],
      container: {
        env: brokerEnv(name, args, clusterId),
        startupProbe: startupProbe(listens),
        readinessProbe: probe(listens, timing),
        livenessProbe: probe(listens, timing, 6),
      },
    },
    { parent },
  );
  return {
    bootstrapServers: pulumi.interpolate`${service.host}:${clientPort}`,
    destinations: [{ ...self, port: clientPort }],
    replicationFactor: Math.min(args.brokers, 3),
    readyWhen: service.ready,
  };
}

/**
 * The settings of one node. The image drops all of its defaults as soon as one setting is given, so each one that
 * matters is here. Format: https://github.com/apache/kafka/blob/trunk/docker/examples/README.md.
 */
function brokerEnv(name: string, args: KafkaArgs, clusterId: pulumi.Output<string>): EnvVar[] {
  const replicationFactor = Math.min(args.brokers, 3);
  const domain = pulumi.interpolate`${governingService(name)}.${args.namespace}.svc.cluster.local`;
  const voters = Array.from({ length: args.brokers }, (_, node) => pulumi.interpolate`${node}@${name}-${node}.${domain}:${controllerPort}`);
  const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
  const settings: Record<string, pulumi.Input<string>> = {
    CLUSTER_ID: clusterId,
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_CONTROLLER_QUORUM_VOTERS: pulumi.all(voters).apply((all) => all.join(",")),
    KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
    KAFKA_INTER_BROKER_LISTENER_NAME: "PLAINTEXT",
    KAFKA_LISTENERS: `PLAINTEXT://:${clientPort},CONTROLLER://:${controllerPort}`,
    KAFKA_ADVERTISED_LISTENERS: pulumi.interpolate`PLAINTEXT://$(POD_NAME).${domain}:${clientPort}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    // Below the mount: a volume's own lost+found is no topic.
    KAFKA_LOG_DIRS: "/var/lib/kafka/data/logs",
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    KAFKA_DEFAULT_REPLICATION_FACTOR: String(replicationFactor),
    KAFKA_MIN_INSYNC_REPLICAS: String(minInsyncReplicas(replicationFactor)),
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: String(replicationFactor),
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: String(replicationFactor),
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: String(minInsyncReplicas(replicationFactor)),
    // The default of 50 partitions for consumer offsets is meant for large clusters and slows every start.
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: "8",
    // A consumer group starts when its first member comes, not three seconds later.
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
    KAFKA_HEAP_OPTS: `-Xms${heap(args.heap)} -Xmx${heap(args.heap)}`,
    ...(args.jvmOptions === undefined ? {} : { KAFKA_OPTS: args.jvmOptions }),
  };
  return [
    { name: "POD_NAME", ...fieldRef("metadata.name") },
    { name: "KAFKA_NODE_ID", ...fieldRef("metadata.labels['apps.kubernetes.io/pod-index']") },
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
  ];
}

/** A size in the form that Java takes: `512Mi` is `512m`. */
function heap(size: Size): string {
  return size.slice(0, -1).toLowerCase();
}
