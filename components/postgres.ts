import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Consumer, Dependency } from "./connection.ts";
import { databaseEnvironment } from "./external-database.ts";
import { OneOffJob } from "./one-off-job.ts";
import { singleServer, type PostgresServer, type PostgresServerArgs } from "./postgres-server.ts";

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
  /** Deploy nothing and use this server instead. */
  readonly external?: ExternalPostgres;
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
  private readonly owners = new Map<string, string>();

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:Postgres", name, {}, opts);
    this.name = name;
    this.args = args;
    this.server = args.external ? external(args.external) : singleServer(name, args, this);
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
}

function external(server: ExternalPostgres): PostgresServer {
  return { ...server, destination: { to: { cidr: server.cidr }, port: server.port }, readyWhen: [] };
}

function roleName(database: string, access: "owner" | "read", consumer: Consumer): string {
  return access === "owner" ? database : `${database}_${consumer.name.replaceAll("-", "_")}`;
}
