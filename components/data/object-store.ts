import * as pulumi from "@pulumi/pulumi";
import type { Connection, Consumer, Dependency } from "../network/connection.ts";
import { login } from "./login.ts";
import { objectStoreServers, type ObjectStoreServersArgs, type S3Endpoint } from "./object-store-servers.ts";
import { Provisioner } from "./provisioner.ts";

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

export interface ObjectStoreArgs extends ObjectStoreServersArgs {
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

interface User extends Pick<Connection, "readyWhen" | "retire"> {
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
}

/** A store that speaks S3, here or elsewhere, on which every user has a key that opens its buckets and no others. */
export class ObjectStore extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly args: ObjectStoreArgs;
  private readonly store: S3Endpoint;
  private readonly provisioner: Provisioner;

  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:data:ObjectStore", name, {}, opts);
    this.name = name;
    this.args = args;
    this.store = args.external ? external(args.external) : objectStoreServers(name, args, this);
    this.provisioner = new Provisioner(
      { namespace: args.namespace, image: args.provisionerImage, administration: this.administration() },
      this,
    );
    this.registerOutputs({ endpoint: this.store.endpoint });
  }

  /** Use of buckets, made with the consumer's user by a Job when first used. The name of each is in `S3_BUCKET_<BUCKET>`. */
  buckets(use: Record<string, BucketUse>): Dependency {
    return {
      name: this.name,
      component: this,
      connect: (consumer) => {
        const buckets = Object.entries(use).map(
          ([bucket, access]) => [bucket, `${this.args.bucketPrefix ?? ""}${bucket}`, access] as const,
        );
        const { secretAccessKey, accessKeyId, ...order } = this.user(
          consumer,
          Object.fromEntries(buckets.map(([, name, access]) => [name, access])),
        );
        return {
          env: {
            S3_ENDPOINT: this.store.endpoint,
            S3_REGION: this.store.region,
            ...Object.fromEntries(
              buckets.map(([bucket, name]) => [`S3_BUCKET_${bucket.toUpperCase().replaceAll("-", "_")}`, name]),
            ),
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
    const env = { BUCKETS: JSON.stringify(buckets), MANAGE_USERS: String(this.store.managesUsers) };
    if (!this.store.managesUsers) {
      const { adminAccessKeyId: accessKeyId, adminSecretAccessKey: secretAccessKey } = this.store;
      return { accessKeyId, secretAccessKey, readyWhen: [this.provisioner.run(name, "buckets", { env })] };
    }
    const consumerLogin = login(
      name,
      { base: consumer.name, rotation: this.args.credentialRotation ?? 0, length: 40 },
      this,
    );
    const { user: accessKeyId, password: secretAccessKey } = consumerLogin;
    const provisioned = this.provisioner.run(name, "buckets", {
      env: { ...env, POLICY_NAME: consumer.name },
      secretEnv: { ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey },
    });
    const retire = this.provisioner.retire(name, "retire-bucket-user", consumerLogin, (ACCESS_KEY_ID) => ({
      secretEnv: { ACCESS_KEY_ID },
    }));
    return { accessKeyId, secretAccessKey, readyWhen: [provisioned], retire };
  }

  private administration(): Dependency {
    const { endpoint, region, adminAccessKeyId, adminSecretAccessKey, destination, readyWhen } = this.store;
    return {
      name: this.name,
      component: this,
      connect: () => ({
        env: { S3_ENDPOINT: endpoint, S3_REGION: region },
        secretEnv: { ADMIN_S3_ACCESS_KEY_ID: adminAccessKeyId, ADMIN_S3_SECRET_ACCESS_KEY: adminSecretAccessKey },
        destinations: [destination],
        readyWhen,
      }),
    };
  }
}

function external(store: ExternalObjectStore): S3Endpoint {
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
