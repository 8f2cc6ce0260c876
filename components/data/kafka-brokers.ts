import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { administrator } from "./administrator.ts";
import type { Connection, Destination, Peer } from "../network/connection.ts";
import { selector } from "../workload/labels.ts";
import { probe, startupProbe } from "../workload/pod.ts";
import type { Size } from "../workload/quantities.ts";
import { governingService, serverArgs, StatefulService, type ServerArgs } from "../workload/stateful-service.ts";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type EnvVarSource = k8s.types.input.core.v1.EnvVarSource;

/** Brokers, and how to log in there. */
export interface KafkaBrokers {
  /** Connection of a client, without the user's login where the brokers manage users. */
  readonly clients: Omit<Connection, "readyWhen">;
  /** Connection of the Jobs that make topics and users. */
  readonly administration: Connection;
  /** Whether each client has a user of its own; otherwise all share one login. */
  readonly managesUsers: boolean;
  /** Copies of each partition. */
  readonly replicationFactor: number;
}

export interface KafkaBrokersArgs extends ServerArgs {
  /** Image of apache/kafka, version 4 or later, or one that reads the same variables. */
  readonly image: string;
  /**
   * Nodes, each a broker and a controller: 1, or an odd number for a quorum.
   * Changing it on a cluster with data needs a migration of the controllers by hand.
   */
  readonly brokers: number;
  /** Java heap, at most half of the memory limit: Kafka's speed comes from the page cache. */
  readonly heap: Size;
  /** Further options of the Java machine. Default: none. */
  readonly jvmOptions?: string;
}

/** Listener CLIENT: services log in by SCRAM, each with a user of its own. */
const clientPort = 9092;
/** Listener CONTROLLER: controllers elect a leader and replicate the metadata. */
const controllerPort = 9093;
/** Listener BROKER: brokers and administration Jobs log in by a password that exists before any user does. */
const brokerPort = 9094;

const adminUser = "admin";

/** Copies that must acknowledge a write: of three or more, one may be missing. */
export function minInsyncReplicas(replicationFactor: number): number {
  return replicationFactor >= 3 ? replicationFactor - 1 : 1;
}

/**
 * Deploys brokers in KRaft mode, without ZooKeeper. Every listener requires a login, and a login opens what was granted
 * to it.
 */
export function kafkaBrokers(name: string, args: KafkaBrokersArgs, parent: pulumi.Resource): KafkaBrokers {
  const { password, passwordRef } = administrator(name, args, parent);
  const listens = { tcpSocket: { port: clientPort } };
  const timing = { initialDelay: "0s", period: "5s", timeout: "3s" } as const;
  const to: Peer = { namespace: args.namespace, labels: selector(name) };
  const service = new StatefulService(
    name,
    {
      ...serverArgs(args),
      image: args.image,
      uid: 1000,
      replicas: args.brokers,
      ports: { kafka: clientPort, controller: controllerPort, broker: brokerPort },
      dataPath: "/var/lib/kafka/data",
      // The image rewrites its configuration directory at every start.
      scratchPaths: ["/opt/kafka/config", "/opt/kafka/logs", "/tmp"],
      quorum: true,
      peers:
        args.brokers > 1
          ? [
              { to, port: brokerPort },
              { to, port: controllerPort },
            ]
          : [],
      container: {
        env: nodeEnv(name, args, passwordRef, parent),
        startupProbe: startupProbe(listens),
        readinessProbe: probe(listens, timing),
        livenessProbe: probe(listens, timing, 6),
      },
    },
    { parent },
  );
  const at = (port: number): Pick<Connection, "env" | "destinations"> => ({
    env: { KAFKA_BOOTSTRAP_SERVERS: pulumi.interpolate`${service.host}:${port}` },
    destinations: [{ to, port } satisfies Destination],
  });
  const administration = at(brokerPort);
  return {
    clients: { ...at(clientPort), secretEnv: {} },
    administration: {
      env: { ...administration.env, KAFKA_SASL_MECHANISM: "PLAIN", KAFKA_USERNAME: adminUser },
      secretEnv: { KAFKA_PASSWORD: password },
      destinations: administration.destinations,
      readyWhen: service.ready,
    },
    managesUsers: true,
    replicationFactor: Math.min(args.brokers, 3),
  };
}

/**
 * Environment of one node. The image makes a property of every `KAFKA_` variable, `_` for a dot and `___` for a dash,
 * and drops all of its defaults as soon as there is one, so each that matters is set here. Format:
 * https://github.com/apache/kafka/blob/trunk/docker/examples/README.md.
 */
function nodeEnv(name: string, args: KafkaBrokersArgs, password: EnvVarSource, parent: pulumi.Resource): EnvVar[] {
  const domain = `${governingService(name)}.${args.namespace.name}.svc.cluster.local`;
  const voters = Array.from(
    { length: args.brokers },
    (_, node) => `${node}@${name}-${node}.${domain}:${controllerPort}`,
  );
  const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
  const settings: Record<string, pulumi.Input<string>> = {
    // Made once and kept in the stack's state: brokers refuse a volume that was formatted under another id.
    CLUSTER_ID: new random.RandomId(`${name}-cluster`, { byteLength: 16 }, { parent, protect: args.protect }).b64Url,
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_CONTROLLER_QUORUM_VOTERS: voters.join(","),
    KAFKA_LISTENERS: `CLIENT://:${clientPort},CONTROLLER://:${controllerPort},BROKER://:${brokerPort}`,
    KAFKA_ADVERTISED_LISTENERS: `CLIENT://$(POD_NAME).${domain}:${clientPort},BROKER://$(POD_NAME).${domain}:${brokerPort}`,
    ...security,
    ...durability(Math.min(args.brokers, 3)),
    // Below the mount: a volume's own lost+found is no topic.
    KAFKA_LOG_DIRS: "/var/lib/kafka/data/logs",
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    // The default of 50 partitions for consumer offsets is meant for large clusters and slows every start.
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: "8",
    // A consumer group starts when its first member comes, not three seconds later.
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
    KAFKA_HEAP_OPTS: `-Xms${heap(args.heap)} -Xmx${heap(args.heap)}`,
    ...(args.jvmOptions === undefined ? {} : { KAFKA_OPTS: args.jvmOptions }),
  };
  return [
    // Kubernetes resolves references to earlier variables alone.
    { name: "POD_NAME", ...fieldRef("metadata.name") },
    { name: "ADMIN_PASSWORD", valueFrom: password },
    { name: "KAFKA_NODE_ID", ...fieldRef("metadata.labels['apps.kubernetes.io/pod-index']") },
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
  ];
}

/** Login of the administrator. Kubernetes fills in the password, which the pod's specification only refers to. */
const adminLogin = `org.apache.kafka.common.security.plain.PlainLoginModule required username="${adminUser}" password="$(ADMIN_PASSWORD)" user_${adminUser}="$(ADMIN_PASSWORD)";`;

/**
 * Every listener has a login mechanism of its own. ACLs decide what a login may do; the administrator may do
 * everything.
 */
const security = {
  KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
  KAFKA_INTER_BROKER_LISTENER_NAME: "BROKER",
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT,BROKER:SASL_PLAINTEXT",
  KAFKA_SASL_ENABLED_MECHANISMS: "PLAIN",
  KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL: "PLAIN",
  KAFKA_SASL_MECHANISM_CONTROLLER_PROTOCOL: "PLAIN",
  KAFKA_LISTENER_NAME_BROKER_PLAIN_SASL_JAAS_CONFIG: adminLogin,
  KAFKA_LISTENER_NAME_CONTROLLER_PLAIN_SASL_JAAS_CONFIG: adminLogin,
  KAFKA_LISTENER_NAME_CLIENT_SASL_ENABLED_MECHANISMS: "SCRAM-SHA-512",
  KAFKA_LISTENER_NAME_CLIENT_SCRAM___SHA___512_SASL_JAAS_CONFIG:
    "org.apache.kafka.common.security.scram.ScramLoginModule required;",
  KAFKA_AUTHORIZER_CLASS_NAME: "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  KAFKA_SUPER_USERS: `User:${adminUser}`,
  KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND: "false",
};

/** Durability of events: a write needs enough replicas in sync, and a replica that lags never becomes the leader. */
function durability(replicationFactor: number): Record<string, string> {
  const copies = String(replicationFactor);
  const inSync = String(minInsyncReplicas(replicationFactor));
  return {
    KAFKA_DEFAULT_REPLICATION_FACTOR: copies,
    KAFKA_MIN_INSYNC_REPLICAS: inSync,
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: copies,
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: copies,
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: inSync,
    KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE: "false",
  };
}

/** A size as Java writes it: `512m` for `512Mi`. */
function heap(size: Size): string {
  return size.slice(0, -1).toLowerCase();
}
