import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Consumer, Dependency, Destination } from "./connection.ts";
import { databaseEnvironment } from "./external-database.ts";
import { labels, selector } from "./labels.ts";
import { OneOffJob } from "./one-off-job.ts";
import { probe, startupProbe, type ProbeTiming, type Resources } from "./pod.ts";
import type { Size } from "./quantities.ts";
import { StatefulService } from "./stateful-service.ts";

/** A PostgreSQL server that runs elsewhere: RDS, Neon, Cloud SQL, a company's own. */
export interface ExternalPostgres {
  readonly host: string;
  readonly port: number;
  /** May create roles and databases; need not be a superuser. */
  readonly adminUser: string;
  readonly adminPassword: pulumi.Input<string>;
  readonly ssl: "require" | "disable";
  /** Addresses that the network policies open for it. */
  readonly cidr: string;
}

export interface PostgresArgs {
  readonly namespace: pulumi.Input<string>;
  /** Image of the official contract, major version 18 or later (18 moved the data directory). */
  readonly image: string;
  readonly resources: Resources;
  /** See {@link StatefulService}: a change replaces the StatefulSet; the data stays. */
  readonly storage: Size;
  readonly storageClass?: string;
  /** Image that makes databases and roles: services/provisioner. */
  readonly provisionerImage: pulumi.Input<string>;
  /** Deploy nothing and use this server instead. */
  readonly external?: ExternalPostgres;
}

export interface DatabaseUse {
  /** `owner` (default) may create tables, `read` may select. A database has one owner, whose role has its name. */
  readonly access?: "owner" | "read";
  /** Prefix of the environment variables. Default `DATABASE`: `DATABASE_HOST`, `_PORT`, `_NAME`, `_USER`, `_PASSWORD`, `_SSL`. */
  readonly as?: string;
}

const port = 5432;
const adminUser = "postgres";
// Over TCP on purpose: while the image initialises its data directory, the server answers on the socket alone.
const isReady = { exec: { command: ["pg_isready", "--host=127.0.0.1", `--username=${adminUser}`, "--quiet"] } };
const probeTiming: ProbeTiming = { initialDelay: "0s", period: "5s", timeout: "5s" };

interface Server {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly ssl: "require" | "disable";
  readonly adminUser: string;
  readonly adminPassword: pulumi.Input<string>;
  readonly destination: Destination;
  readonly readyWhen: pulumi.Resource[];
}

/** A PostgreSQL server, here or elsewhere, on which every user gets a database and a role of its own. */
export class Postgres extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly args: PostgresArgs;
  private readonly server: Server;
  private readonly owners = new Map<string, string>();

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:Postgres", name, {}, opts);
    this.name = name;
    this.args = args;
    this.server = args.external ? external(args.external) : this.deploy();
    this.registerOutputs({ host: this.server.host, port: this.server.port });
  }

  /** Use of one database, made with its role by a Job when first used. */
  database(database: string, { access = "owner", as = "DATABASE" }: DatabaseUse = {}): Dependency {
    return {
      name: this.name,
      connect: (consumer) => {
        const { password, job } = this.role(database, access, consumer);
        return {
          env: databaseEnvironment(as, { ...this.server, database, user: roleName(database, access, consumer) }),
          secretEnv: { [`${as}_PASSWORD`]: password },
          destinations: [this.server.destination],
          readyWhen: [job],
        };
      },
    };
  }

  private role(database: string, access: "owner" | "read", consumer: Consumer) {
    if (access === "owner") {
      const other = this.owners.get(database);
      if (other !== undefined) throw new Error(`${consumer.name}: the database ${database} belongs to ${other}; use it with { access: "read" }.`);
      this.owners.set(database, consumer.name);
    }
    const name = `${this.name}-${database}-${access === "owner" ? "owner" : consumer.name}`;
    const password = new random.RandomPassword(name, { length: 32, special: false }, { parent: this }).result;
    const { job } = new OneOffJob(
      name,
      {
        namespace: this.args.namespace,
        image: this.args.provisionerImage,
        args: ["main.js", "database"],
        env: { DATABASE_NAME: database, ROLE_NAME: roleName(database, access, consumer), ACCESS: access },
        secretEnv: { ROLE_PASSWORD: password },
        uses: [this.administration()],
      },
      { parent: this },
    );
    return { password, job };
  }

  private administration(): Dependency {
    return {
      name: this.name,
      connect: () => ({
        env: {
          ADMIN_DATABASE_HOST: this.server.host,
          ADMIN_DATABASE_PORT: String(this.server.port),
          ADMIN_DATABASE_USER: this.server.adminUser,
          ADMIN_DATABASE_SSL: this.server.ssl,
        },
        secretEnv: { ADMIN_DATABASE_PASSWORD: this.server.adminPassword },
        destinations: [this.server.destination],
        readyWhen: this.server.readyWhen,
      }),
    };
  }

  private deploy(): Server {
    const { name, args } = this;
    const password = new random.RandomPassword(`${name}-admin`, { length: 32, special: false }, { parent: this }).result;
    const secret = new k8s.core.v1.Secret(
      `${name}-admin`,
      { metadata: { namespace: args.namespace, labels: labels(name, "infrastructure") }, stringData: { password } },
      { parent: this },
    );
    const service = new StatefulService(
      name,
      {
        ...args,
        uid: 999,
        replicas: 1,
        ports: { postgres: port },
        dataPath: "/var/lib/postgresql",
        scratchPaths: ["/var/run/postgresql", "/tmp"],
        // PostgreSQL waits for its clients on SIGTERM; the official image asks for SIGINT, a fast shutdown.
        terminationGracePeriodSeconds: 90,
        container: {
          env: [
            { name: "POSTGRES_USER", value: adminUser },
            { name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } } },
          ],
          startupProbe: startupProbe(isReady),
          readinessProbe: probe(isReady, probeTiming),
          livenessProbe: probe(isReady, probeTiming, 6),
        },
      },
      { parent: this },
    );
    return {
      host: service.host,
      port,
      ssl: "disable",
      adminUser,
      adminPassword: password,
      destination: { to: { namespace: args.namespace, labels: selector(name) }, port },
      readyWhen: service.ready,
    };
  }
}

function external(server: ExternalPostgres): Server {
  return { ...server, destination: { to: { cidr: server.cidr }, port: server.port }, readyWhen: [] };
}

function roleName(database: string, access: "owner" | "read", consumer: Consumer): string {
  return access === "owner" ? database : `${database}_${consumer.name.replaceAll("-", "_")}`;
}
