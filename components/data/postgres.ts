import * as pulumi from "@pulumi/pulumi";
import type { Connection, Consumer, Dependency } from "../network/connection.ts";
import { databaseEnvironment } from "./external-database.ts";
import { login } from "./login.ts";
import { postgresCluster, type PostgresCluster } from "./postgres-cluster.ts";
import { singleServer, type PostgresServer, type PostgresServerArgs } from "./postgres-server.ts";
import { Provisioner } from "./provisioner.ts";

/** A PostgreSQL server that runs elsewhere: RDS, Neon, Cloud SQL, a company's own. */
export interface ExternalPostgres {
  /** Host name or address. */
  readonly host: string;
  readonly port: number;
  /** User that may create roles and databases; need not be a superuser. */
  readonly adminUser: string;
  readonly adminPassword: pulumi.Input<string>;
  /** Whether connections are encrypted. */
  readonly ssl: "require" | "disable";
  /** Range of addresses, in CIDR notation, that the network policies open on its port. */
  readonly cidr: string;
}

export interface PostgresArgs extends PostgresServerArgs {
  /** Image of the provisioner, which makes databases and roles. */
  readonly provisionerImage: pulumi.Input<string>;
  /**
   * Several instances instead of a single server. Default: a single server.
   * Setting it makes a new, empty cluster; the single server's volume stays, and no data moves.
   */
  readonly cluster?: PostgresCluster;
  /**
   * Server to use instead of deploying one. Default: one is deployed.
   * Setting it on a stack that has deployed one deletes the server. Its volume stays, and no data moves.
   */
  readonly external?: ExternalPostgres;
  /** How often passwords have been rotated, see {@link login}. Default 0. */
  readonly credentialRotation?: number;
}

export interface DatabaseUse {
  /**
   * Rights: an `owner` may create tables, `read` may select. Default `owner`. A database has one owner, whose role has
   * the database's name.
   */
  readonly access?: "owner" | "read";
  /**
   * Prefix of the environment variables. Default `DATABASE`: `DATABASE_HOST`, `_PORT`, `_NAME`, `_USER`, `_PASSWORD`,
   * `_SSL`.
   */
  readonly as?: string;
}

/**
 * A PostgreSQL server, here or elsewhere, on which each consumer has a login for its databases and no others.
 *
 * @example
 * const postgres = new Postgres("postgres", {
 *   namespace, image: "postgres:18.1", storage: "10Gi", provisionerImage,
 *   resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
 * });
 * new Microservice("shop", { ...args, uses: [postgres.database("orders")] });
 */
export class Postgres extends pulumi.ComponentResource {
  private readonly name: string;
  private readonly args: PostgresArgs;
  private readonly server: PostgresServer;
  private readonly provisioner: Provisioner;
  private readonly owners = new Map<string, string>();

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:data:Postgres", name, {}, opts);
    this.name = name;
    this.args = args;
    this.server = this.deploy();
    this.provisioner = new Provisioner(
      { namespace: args.namespace, image: args.provisionerImage, administration: this.administration() },
      this,
    );
    this.registerOutputs({ host: this.server.host, port: this.server.port });
  }

  /**
   * Use of one database. A Job makes it, its role and the consumer's login.
   * @throws Error when it is connected, if the database has another owner already.
   */
  database(database: string, { access = "owner", as = "DATABASE" }: DatabaseUse = {}): Dependency {
    return {
      name: this.name,
      component: this,
      connect: (consumer): Connection => {
        const name = `${this.name}-${database}-${access === "owner" ? "owner" : consumer.name}`;
        const role = this.role(database, access, consumer);
        const consumerLogin = login(name, { base: role, rotation: this.args.credentialRotation ?? 0 }, this);
        const { user, password } = consumerLogin;
        const provisioned = this.provisioner.run(name, "database", {
          env: { DATABASE_NAME: database, ROLE_NAME: role, ACCESS: access, USER_NAME: user },
          secretEnv: { USER_PASSWORD: password },
        });
        return {
          env: databaseEnvironment(as, { ...this.server, database, user }),
          secretEnv: { [`${as}_PASSWORD`]: password },
          destinations: [this.server.destination],
          readyWhen: [provisioned],
          retire: this.provisioner.retire(name, "retire-database-user", consumerLogin, (USER_NAME) => ({
            env: { USER_NAME },
          })),
        };
      },
    };
  }

  private deploy(): PostgresServer {
    const { external: elsewhere, cluster } = this.args;
    if (elsewhere) return external(elsewhere);
    return cluster ? postgresCluster(this.args, cluster, this) : singleServer(this.name, this.args, this);
  }

  /** Name of the role that owns or reads a database; consumers log in as members of it. */
  private role(database: string, access: "owner" | "read", consumer: Consumer): string {
    if (access === "read") return `${database}_${consumer.name.replaceAll("-", "_")}`;
    const other = this.owners.get(database);
    if (other !== undefined)
      throw new Error(
        `${consumer.name}: the database ${database} belongs to ${other}; use it with { access: "read" }.`,
      );
    this.owners.set(database, consumer.name);
    return database;
  }

  /** Use of the server as its administrator: for Jobs that make, back up or restore databases, not for services. */
  administration(): Dependency {
    return {
      name: this.name,
      component: this,
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
}

function external(server: ExternalPostgres): PostgresServer {
  return { ...server, destination: { to: { cidr: server.cidr }, port: server.port }, readyWhen: [] };
}
