import type * as pulumi from "@pulumi/pulumi";
import type { Dependency } from "../network/connection.ts";

interface Address {
  /** Host name or address. */
  readonly host: pulumi.Input<string>;
  readonly port: number;
  /** Name of the database on the server. */
  readonly database: string;
  /** User to log in as. */
  readonly user: string;
  /** Encryption: `verify` also checks the server's certificate. */
  readonly ssl: "require" | "disable" | "verify";
}

export interface ExternalDatabase extends Address {
  /** Kind of server. Default: the consumer's own default, PostgreSQL. */
  readonly dialect?: "postgresql" | "mysql" | "mongodb";
  /** Password of {@link Address.user}; reaches the consumer by a Secret. */
  readonly password: pulumi.Input<string>;
  /** Range of addresses, in CIDR notation, that the network policies open on its port. */
  readonly cidr: string;
}

/**
 * Variables that locate a database: `<as>_HOST`, `_PORT`, `_NAME`, `_USER` and `_SSL`. The password in `<as>_PASSWORD`
 * is the caller's.
 */
export function databaseEnvironment(as: string, database: Address): Record<string, pulumi.Input<string>> {
  return {
    [`${as}_HOST`]: database.host,
    [`${as}_PORT`]: String(database.port),
    [`${as}_NAME`]: database.database,
    [`${as}_USER`]: database.user,
    [`${as}_SSL`]: database.ssl,
  };
}

/**
 * Connects a consumer to a database that somebody else made, by the variables of {@link databaseEnvironment} and
 * `<as>_DIALECT`. Nothing waits for it.
 *
 * @example
 * externalDatabase("orders", { host: "db.example.com", port: 5432, database: "orders", user: "reader", password,
 *   ssl: "require", cidr: "10.4.0.0/16" }, "ORDERS");
 */
export function externalDatabase(name: string, database: ExternalDatabase, as: string): Dependency {
  return {
    name,
    connect: () => ({
      env: { ...(database.dialect && { [`${as}_DIALECT`]: database.dialect }), ...databaseEnvironment(as, database) },
      secretEnv: { [`${as}_PASSWORD`]: database.password },
      destinations: [{ to: { cidr: database.cidr }, port: database.port }],
      readyWhen: [],
    }),
  };
}
