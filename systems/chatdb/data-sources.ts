import type * as pulumi from "@pulumi/pulumi";
import { externalDatabase } from "../../components/data/external-database.ts";
import type { Postgres } from "../../components/data/postgres.ts";
import type { Dependency } from "../../components/network/connection.ts";
import { OneOffJob } from "../../components/workload/one-off-job.ts";
import { allowedRanges } from "./allowed-ranges.ts";
import type { Ground } from "./ground.ts";

/** The databases that people ask: those that they add and the record of these, those of the settings, the sample. */
export function dataSources({ settings }: Ground, postgres: Postgres): Dependency[] {
  const { added, configured, sample } = settings.dataSources;
  return [
    postgres.database("datasources"),
    ...(added.ranges.length > 0 ? [allowedRanges("added-data-sources", "ADDED_SOURCES", added)] : []),
    ...Object.entries(configured).map(([name, source]) =>
      externalDatabase(name, source, `DATASOURCE_${name.toUpperCase()}`),
    ),
    ...(sample ? [postgres.database("shop", { access: "read", as: "DATASOURCE_SHOP" })] : []),
  ];
}

/** The Job that fills the sample database, if the stack has one. */
export function fillSample({ settings, namespaces, image, parent }: Ground, postgres: Postgres): pulumi.Resource[] {
  if (!settings.dataSources.sample) return [];
  const args = {
    namespace: namespaces.system,
    image: image("chatdb/sample-data"),
    args: ["main.js"],
    uses: [postgres.database("shop")],
  };
  return [new OneOffJob("sample-data", args, { parent }).job];
}

/** The Secret whose entries data sources may refer to as their passwords, as files of the connector. */
export function passwordFolder({ settings }: Ground) {
  const { secret } = settings.dataSources.added;
  return secret === undefined ? undefined : { secret, path: "/run/secrets/datasources", env: "DATASOURCE_SECRETS_DIR" };
}
