import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { administrator } from "./administrator.ts";
import type { Connection, Consumer, Dependency, Destination } from "../network/connection.ts";
import { dnsLabel } from "../workload/dns-label.ts";
import { labels } from "../workload/labels.ts";
import { edgePolicies, ingressFromOutside } from "../network/network-policy.ts";
import { spread } from "../workload/pod.ts";
import { adminUser, port, type PostgresServer, type PostgresServerArgs } from "./postgres-server.ts";

/** Several instances that replace each other, run by the operator CloudNativePG: https://cloudnative-pg.io. */
export interface PostgresCluster {
  /** Name in Kubernetes. A new name makes a new cluster, and deletes the one of the old name with its data. */
  readonly name: string;
  /** Instances, three or more: one is written to, and each commit is on one of the others before it is acknowledged. */
  readonly instances: number;
  /** Numeric user and group of the image: 999 in the official one, 26 in CloudNativePG's own. */
  readonly uid: number;
  /** Namespace of the operator. */
  readonly operatorNamespace: string;
  /** Endpoints of the Kubernetes API, behind its Service: the instances ask it which of them is the primary. */
  readonly apiServer: { readonly cidr: string; readonly ports: readonly number[] };
  /** Archive from which the cluster can be restored to any moment. Default: none. */
  readonly archive?: PostgresArchive;
  /** Archive to start from. Default: the cluster starts empty. A change after the cluster was made has no effect. */
  readonly recovery?: PostgresRecovery;
}

export interface PostgresArchive {
  /** Use of one bucket, which holds the archive. */
  readonly bucket: Dependency;
  /** Time that the archive reaches back: `30d`, `8w`, `6m`. A shorter one deletes older backups. */
  readonly retention: string;
  /** Schedule of base backups: cron with seconds first, in the operator's time zone. */
  readonly schedule: string;
}

export interface PostgresRecovery {
  /** Name of the archived cluster; must not be the new cluster's name, or both would write there. */
  readonly from: string;
  /** Moment to restore: `2026-11-21T07:00:00Z`. Default: the last one in the archive. */
  readonly targetTime?: string;
}

const statusPort = 8000;
/** https://cloudnative-pg.io/plugin-barman-cloud */
const archiver = "barman-cloud.cloudnative-pg.io";

/**
 * Deploys PostgreSQL that loses no acknowledged row with any one instance: commits wait for a second copy, and an
 * instance takes over only if it has heard enough of the others to know that it has every commit.
 */
export function postgresCluster(
  args: PostgresServerArgs,
  cluster: PostgresCluster,
  parent: pulumi.Resource,
): PostgresServer {
  const { name, archive } = cluster;
  const instances: Consumer = { name, namespace: args.namespace, labels: { "cnpg.io/cluster": name } };
  const connection = archive?.bucket.connect(instances);
  const policies = network(instances, cluster, connection, parent);
  const { password, secretName } = administrator(name, { ...args, extraKeys: { username: adminUser } }, parent);
  const store = connection && objectStore(instances, archive!, connection, parent);
  const resource = new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: {
        name,
        namespace: args.namespace.created,
        labels: labels(name, "infrastructure", args.namespace),
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        ...clusterSpec(instances, args, cluster),
        superuserSecret: { name: secretName },
        ...(store
          ? {
              plugins: [{ name: archiver, isWALArchiver: true, parameters: { barmanObjectName: store.metadata.name } }],
            }
          : {}),
        ...(store && cluster.recovery ? recovery(cluster.recovery, store.metadata.name) : {}),
      },
    },
    // A restore fetches the whole archive first.
    {
      parent,
      dependsOn: [...policies, ...(connection?.readyWhen ?? [])],
      protect: args.protect,
      customTimeouts: { create: "60m", update: "30m" },
    },
  );
  if (archive) scheduledBackup(instances, archive, resource, parent);
  connection?.retire?.(resource);
  return {
    host: `${name}-rw.${args.namespace.name}.svc.cluster.local`,
    port,
    ssl: "disable",
    adminUser,
    adminPassword: password,
    destination: { to: instances, port },
    readyWhen: [resource],
  };
}

/**
 * Specification of the Cluster: https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/#clusterspec. The
 * operator's pods are "restricted".
 */
function clusterSpec(instances: Consumer, args: PostgresServerArgs, cluster: PostgresCluster) {
  return {
    instances: cluster.instances,
    imageName: args.image,
    postgresUID: cluster.uid,
    postgresGID: cluster.uid,
    enableSuperuserAccess: true,
    storage: { size: args.storage, storageClass: args.storageClass },
    resources: args.resources,
    priorityClassName: args.priorityClass,
    ...spread(instances.labels, args.spreading),
    postgresql: { synchronous: { method: "any", number: 1, dataDurability: "required", failoverQuorum: true } },
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
    // Services keep connections open: a stopping instance would wait three minutes for them to close.
    smartShutdownTimeout: 10,
  };
}

function recovery({ from, targetTime }: PostgresRecovery, store: pulumi.Input<string>) {
  return {
    bootstrap: { recovery: { source: from, ...(targetTime === undefined ? {} : { recoveryTarget: { targetTime } }) } },
    externalClusters: [
      { name: from, plugin: { name: archiver, parameters: { barmanObjectName: store, serverName: from } } },
    ],
  };
}

/** Policies of the instances: what they reach, and that the operator reaches them. */
function network(
  instances: Consumer,
  { operatorNamespace, apiServer }: PostgresCluster,
  connection: Connection | undefined,
  parent: pulumi.Resource,
) {
  const { name, namespace } = instances;
  const destinations: Destination[] = [
    ...[port, statusPort].map((port) => ({ to: instances, port })),
    ...apiServer.ports.map((port) => ({ to: { cidr: apiServer.cidr }, port })),
    ...(connection?.destinations ?? []),
  ];
  const operator = [port, statusPort].map((port) => {
    const policy = `operator-to-${name}-${port}`;
    const spec = ingressFromOutside(instances.labels, [{ namespace: operatorNamespace }], port);
    return new k8s.networking.v1.NetworkPolicy(
      policy,
      { metadata: { name: dnsLabel(policy), namespace: namespace.created }, spec },
      { parent },
    );
  });
  return [...edgePolicies(instances, destinations, parent), ...operator];
}

/** Where and how the archive is written: https://cloudnative-pg.io/plugin-barman-cloud/docs/plugin-barman-cloud.v1/ */
function objectStore(
  { name, namespace }: Consumer,
  { retention }: PostgresArchive,
  { env, secretEnv }: Connection,
  parent: pulumi.Resource,
) {
  const bucket = Object.entries(env).find(([variable]) => variable.startsWith("S3_BUCKET_"))![1];
  const metadata = { namespace: namespace.created, labels: labels(name, "infrastructure", namespace) };
  const stringData = { ...secretEnv, S3_REGION: env.S3_REGION! };
  const secret = new k8s.core.v1.Secret(`${name}-archive`, { metadata, stringData }, { parent });
  const key = (key: string) => ({ name: secret.metadata.name, key });
  return new k8s.apiextensions.CustomResource(
    `${name}-archive`,
    {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      metadata: { ...metadata, name },
      spec: {
        retentionPolicy: retention,
        configuration: {
          destinationPath: pulumi.interpolate`s3://${bucket}/`,
          endpointURL: env.S3_ENDPOINT,
          s3Credentials: {
            accessKeyId: key("S3_ACCESS_KEY_ID"),
            secretAccessKey: key("S3_SECRET_ACCESS_KEY"),
            region: key("S3_REGION"),
          },
          wal: { compression: "gzip" },
          data: { compression: "gzip" },
        },
        instanceSidecarConfiguration: {
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
          // Not every store knows these checksums: https://cloudnative-pg.io/plugin-barman-cloud/docs/object_stores/.
          env: ["AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"].map((name) => ({
            name,
            value: "when_required",
          })),
        },
      },
    },
    { parent },
  );
}

function scheduledBackup(
  { name, namespace }: Consumer,
  { schedule }: PostgresArchive,
  cluster: pulumi.Resource,
  parent: pulumi.Resource,
): void {
  new k8s.apiextensions.CustomResource(
    `${name}-backup`,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "ScheduledBackup",
      metadata: { name, namespace: namespace.created, labels: labels(name, "infrastructure", namespace) },
      spec: {
        schedule,
        immediate: true,
        cluster: { name },
        method: "plugin",
        pluginConfiguration: { name: archiver },
        backupOwnerReference: "self",
      },
    },
    { parent, dependsOn: cluster },
  );
}
