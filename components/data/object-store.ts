import * as pulumi from "@pulumi/pulumi";
import type { Connection, Consumer, Dependency } from "../network/connection.ts";
import { portOf } from "../network/endpoint.ts";
import { login } from "./login.ts";
import { objectStoreServers, type ObjectStoreServersArgs, type S3Endpoint } from "./object-store-servers.ts";
import { Provisioner } from "./provisioner.ts";

/** An object store that runs elsewhere and speaks S3: AWS S3, R2, a company's own. */
export interface ExternalObjectStore {
  /** URL of the service: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  /** Region for which requests are signed. */
  readonly region: string;
  /** One key for all services: whoever runs the store makes its users. */
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
  /** Range of addresses, in CIDR notation, that the network policies open on the endpoint's port. */
  readonly cidr: string;
}

export interface ObjectStoreArgs extends ObjectStoreServersArgs {
  /** Image of the provisioner, which makes buckets and users. */
  readonly provisionerImage: pulumi.Input<string>;
  /**
   * Prefix of every bucket's name, since names in S3 are shared by the whole world. Default: none. Changing it leaves
   * the old buckets behind.
   */
  readonly bucketPrefix?: string;
  /**
   * Store to use instead of deploying one; missing buckets are made there. Default: one is deployed.
   * Setting it on a stack that has deployed one deletes the servers. Their volumes stay, and no data moves.
   */
  readonly external?: ExternalObjectStore;
  /** How often passwords have been rotated, see {@link login}. Default 0. */
  readonly credentialRotation?: number;
}

/** What a consumer may do with a bucket. */
export type BucketUse = "read" | "read-write";

interface User extends Pick<Connection, "readyWhen" | "retire"> {
  readonly accessKeyId: pulumi.Input<string>;
  readonly secretAccessKey: pulumi.Input<string>;
}

/**
 * An object store that speaks S3, here or elsewhere, in which each consumer has a key for its buckets and no others.
 *
 * @example
 * const store = new ObjectStore("minio", { namespace, image, resources, storage: "10Gi", provisionerImage });
 * new Microservice("shop", { ...args, uses: [store.buckets({ invoices: "read-write" })] });
 */
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

  /**
   * Use of buckets, in the variables `S3_*`; the name of each is in `S3_BUCKET_<BUCKET>`. A Job makes them with the
   * consumer's user.
   */
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
  return {
    ...store,
    adminAccessKeyId: store.accessKeyId,
    adminSecretAccessKey: store.secretAccessKey,
    managesUsers: false,
    destination: { to: { cidr: store.cidr }, port: portOf(store.endpoint) },
    readyWhen: [],
  };
}
