import * as pulumi from "@pulumi/pulumi";
import type { Connection, Consumer, Dependency } from "../network/connection.ts";
import { databaseEnvironment } from "./external-database.ts";
import { login } from "./login.ts";
import { postgresCluster, type PostgresCluster } from "./postgres-cluster.ts";
import { singleServer, type PostgresServer, type PostgresServerArgs } from "./postgres-server.ts";
import { Provisioner } from "./provisioner.ts";

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

export interface PostgresArgs extends PostgresServerArgs {
  /** Image that makes databases and roles: services/provisioner. */
  readonly provisionerImage: pulumi.Input<string>;
  /** Deploy several instances instead of a single server. */
  readonly cluster?: PostgresCluster;
  /** Deploy nothing and use this server instead. */
  readonly external?: ExternalPostgres;
  /** See {@link login}. Default 0. */
  readonly credentialRotation?: number;
}

export interface DatabaseUse {
  /** `owner` (default) may create tables, `read` may select. A database has one owner, whose role has its name. */
  readonly access?: "owner" | "read";
  /** Prefix of the environment variables. Default `DATABASE`: `DATABASE_HOST`, `_PORT`, `_NAME`, `_USER`, `_PASSWORD`, `_SSL`. */
  readonly as?: string;
}

/** A PostgreSQL server, here or elsewhere, on which every user gets a database and a role of its own. */
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

  /** Use of one database, made with its role and the consumer's login by a Job when first used. */
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

  /** The role that owns or reads a database; consumers log in as members of it. */
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

  /** Use of the server as its administrator: for Jobs that make, back up or restore databases, and for no service. */
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
