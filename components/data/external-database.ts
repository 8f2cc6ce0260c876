import type * as pulumi from "@pulumi/pulumi";
import type { Dependency } from "../network/connection.ts";

interface Address {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly ssl: "require" | "disable" | "verify";
}

export interface ExternalDatabase extends Address {
  /** Default: PostgreSQL. */
  readonly dialect?: "postgresql" | "mysql" | "mongodb";
  readonly password: pulumi.Input<string>;
  /** Addresses that the network policies open for it. */
  readonly cidr: string;
}

/** The variables that say where a database is: `<as>_HOST`, `_PORT`, `_NAME`, `_USER`, `_SSL`; its password is in `<as>_PASSWORD`. */
export function databaseEnvironment(as: string, database: Address): Record<string, pulumi.Input<string>> {
  return {
    [`${as}_HOST`]: database.host,
    [`${as}_PORT`]: String(database.port),
    [`${as}_NAME`]: database.database,
    [`${as}_USER`]: database.user,
    [`${as}_SSL`]: database.ssl,
  };
}

/** Use of a database that somebody else made, under the variables of {@link databaseEnvironment}, and `<as>_DIALECT`. */
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
