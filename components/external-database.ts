import type * as pulumi from "@pulumi/pulumi";
import type { Dependency } from "./connection.ts";

export interface ExternalDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: pulumi.Input<string>;
  readonly ssl: "require" | "disable";
  /** Addresses that the network policies open for it. */
  readonly cidr: string;
}

/** Use of a database that somebody else made, under the variables `<as>_HOST`, `_PORT`, `_NAME`, `_USER`, `_PASSWORD`, `_SSL`. */
export function externalDatabase(name: string, database: ExternalDatabase, as: string): Dependency {
  return {
    name,
    connect: () => ({
      env: {
        [`${as}_HOST`]: database.host,
        [`${as}_PORT`]: String(database.port),
        [`${as}_NAME`]: database.database,
        [`${as}_USER`]: database.user,
        [`${as}_SSL`]: database.ssl,
      },
      secretEnv: { [`${as}_PASSWORD`]: database.password },
      destinations: [{ to: { cidr: database.cidr }, port: database.port }],
      readyWhen: [],
    }),
  };
}
