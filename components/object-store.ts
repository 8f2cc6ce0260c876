import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Connection, Consumer, Dependency, Destination } from "./connection.ts";
import { labels, selector } from "./labels.ts";
import { login, retirement, type Login } from "./login.ts";
import { OneOffJob, type OneOffJobArgs } from "./one-off-job.ts";
import { probe, startupProbe, type Resources } from "./pod.ts";
import type { Size } from "./quantities.ts";
import { StatefulService } from "./stateful-service.ts";

/** An object store that runs elsewhere and speaks S3: AWS S3, R2, a company's own. */
export interface ExternalObjectStore {
  /** URL of the service: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  /** One key for all services: users of a store elsewhere are made where it is run. */
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
  /** Addresses that the network policies open for it. */
  readonly cidr: string;
}

export interface ObjectStoreArgs {
  readonly namespace: pulumi.Input<string>;
  /** Image of MinIO's contract. */
  readonly image: string;
  readonly resources: Resources;
  /** See {@link StatefulService}: a change replaces the StatefulSet; the data stays. */
  readonly storage: Size;
  readonly storageClass?: string;
  /** Name of a PriorityClass. Default: the cluster's default. */
  readonly priorityClass?: pulumi.Input<string>;
  /** Refuse to delete or replace what holds or opens the data. Default false. */
  readonly protect?: boolean;
  /** Image that makes buckets and users: services/provisioner. */
  readonly provisionerImage: pulumi.Input<string>;
  /** Put before every bucket's name; names in S3 are shared by the whole world. Default none. */
  readonly bucketPrefix?: string;
  /** Deploy nothing and use this store instead; buckets are made there when missing. */
  readonly external?: ExternalObjectStore;
  /** See {@link login}. Default 0. */
  readonly credentialRotation?: number;
}

/** What a consumer may do with a bucket. */
export type BucketUse = "read" | "read-write";

const apiPort = 9000;
const consolePort = 9001;
const adminUser = "chatdb-admin";

interface Store {
  readonly endpoint: pulumi.Input<string>;
  readonly region: string;
  readonly adminAccessKeyId: pulumi.Input<string>;
  readonly adminSecretAccessKey: pulumi.Input<string>;
  readonly managesUsers: boolean;
  readonly destination: Destination;
  readonly readyWhen: pulumi.Resource[];
}

interface User extends Pick<Connection, "readyWhen" | "retire"> {
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
}

/** A store that speaks S3, here or elsewhere, on which every user has a key that opens its buckets and no others. */
export class ObjectStore extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly args: ObjectStoreArgs;
  private readonly store: Store;

  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:ObjectStore", name, {}, opts);
    this.name = name;
    this.args = args;
    this.store = args.external ? external(args.external) : deploy(name, args, this);
    this.registerOutputs({ endpoint: this.store.endpoint });
  }

  /** Use of buckets, made with the consumer's user by a Job when first used. The name of each is in `S3_BUCKET_<BUCKET>`. */
  buckets(use: Record<string, BucketUse>): Dependency {
    return {
      name: this.name,
      connect: (consumer) => {
        const buckets = Object.entries(use).map(([bucket, access]) => [bucket, `${this.args.bucketPrefix ?? ""}${bucket}`, access] as const);
        const { secretAccessKey, accessKeyId, ...order } = this.user(consumer, Object.fromEntries(buckets.map(([, name, access]) => [name, access])));
        return {
          env: {
            S3_ENDPOINT: this.store.endpoint,
            S3_REGION: this.store.region,
            ...Object.fromEntries(buckets.map(([bucket, name]) => [`S3_BUCKET_${bucket.toUpperCase().replaceAll("-", "_")}`, name])),
          },
          secretEnv: { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
          destinations: [this.store.destination],
          ...order,
        };
      },
    };
  }

  private user(consumer: Consumer, buckets: Record<string, BucketUse>): User {
    const name = `${this.name}-${consumer.name}`;
    const args = ["main.js", "buckets"];
    const env = { BUCKETS: JSON.stringify(buckets), MANAGE_USERS: String(this.store.managesUsers) };
    if (!this.store.managesUsers) {
      const { adminAccessKeyId: accessKeyId, adminSecretAccessKey: secretAccessKey } = this.store;
      return { accessKeyId, secretAccessKey, readyWhen: [this.job(name, { args, env })] };
    }
    const user = login(name, { base: consumer.name, rotation: this.args.credentialRotation ?? 0, length: 40 }, this);
    const job = this.job(name, {
      args,
      env: { ...env, POLICY_NAME: consumer.name },
      secretEnv: { ACCESS_KEY_ID: user.user, SECRET_ACCESS_KEY: user.password },
    });
    return { accessKeyId: user.user, secretAccessKey: user.password, readyWhen: [job], retire: (running) => this.retire(name, user, running) };
  }

  private retire(name: string, { previousUser }: Login, running: pulumi.Resource): void {
    if (previousUser === undefined) return;
    this.job(`${name}-retire`, { args: ["main.js", "retire-bucket-user"], env: retirement, secretEnv: { ACCESS_KEY_ID: previousUser }, startsAfter: [running] });
  }

  private job(name: string, args: Pick<OneOffJobArgs, "args" | "env" | "secretEnv" | "startsAfter">): k8s.batch.v1.Job {
    const { namespace, provisionerImage: image } = this.args;
    return new OneOffJob(name, { ...args, namespace, image, uses: [this.administration()] }, { parent: this }).job;
  }

  private administration(): Dependency {
    const { endpoint, region, adminAccessKeyId, adminSecretAccessKey, destination, readyWhen } = this.store;
    return {
      name: this.name,
      connect: () => ({
        env: { S3_ENDPOINT: endpoint, S3_REGION: region },
        secretEnv: { ADMIN_S3_ACCESS_KEY_ID: adminAccessKeyId, ADMIN_S3_SECRET_ACCESS_KEY: adminSecretAccessKey },
        destinations: [destination],
        readyWhen,
      }),
    };
  }
}

function external(store: ExternalObjectStore): Store {
  const { protocol, port } = new URL(store.endpoint);
  return {
    ...store,
    adminAccessKeyId: store.accessKeyId,
    adminSecretAccessKey: store.secretAccessKey,
    managesUsers: false,
    destination: { to: { cidr: store.cidr }, port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) },
    readyWhen: [],
  };
}

function deploy(name: string, args: ObjectStoreArgs, parent: pulumi.Resource): Store {
  const password = new random.RandomPassword(`${name}-admin`, { length: 40, special: false }, { parent, protect: args.protect }).result;
  const secret = new k8s.core.v1.Secret(
    `${name}-admin`,
    { metadata: { namespace: args.namespace, labels: labels(name, "infrastructure") }, stringData: { password } },
    { parent },
  );
  const health = (path: string) => ({ httpGet: { path: `/minio/health/${path}`, port: "s3" } });
  const timing = { initialDelay: "0s", period: "5s", timeout: "3s" } as const;
  const service = new StatefulService(
    name,
    {
      ...args,
      uid: 1000,
      replicas: 1,
      ports: { s3: apiPort, console: consolePort },
      dataPath: "/data",
      scratchPaths: ["/tmp"],
      container: {
        args: ["server", "/data", "--console-address", `:${consolePort}`],
        env: [
          { name: "HOME", value: "/tmp" },
          { name: "MINIO_ROOT_USER", value: adminUser },
          { name: "MINIO_ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } } },
        ],
        startupProbe: startupProbe(health("ready")),
        readinessProbe: probe(health("ready"), timing),
        livenessProbe: probe(health("live"), timing, 6),
      },
    },
    { parent },
  );
  return {
    endpoint: pulumi.interpolate`http://${service.host}:${apiPort}`,
    region: "us-east-1",
    adminAccessKeyId: adminUser,
    adminSecretAccessKey: password,
    managesUsers: true,
    destination: { to: { namespace: args.namespace, labels: selector(name) }, port: apiPort },
    readyWhen: service.ready,
  };
}
