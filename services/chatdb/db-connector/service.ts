import { createLogger, type Logger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";
import type { FastifyInstance } from "fastify";
import type { Kysely } from "kysely";
import { addedSourceRules, type AddressEnv } from "./added-sources/address-rules.ts";
import type { Keys } from "./added-sources/password-encryption.ts";
import type { PasswordSources } from "./added-sources/password-reference.ts";
import type { DataSourceTables } from "./added-sources/tables.ts";
import { AddedSources } from "./added-sources/added-sources.ts";
import { Connector, type ConnectorOptions } from "./connector.ts";
import type { DataSourceSettings } from "./data-source-settings.ts";
import { createHealth } from "./health.ts";
import { addQueryRoutes } from "./query-routes.ts";
import { addDataSourceRoutes } from "./data-source-routes.ts";

export interface Deps extends Omit<ConnectorOptions, "added"> {
  /** The configured data sources. */
  dataSources: readonly DataSourceSettings[];
  /** Lets data sources be added at run time. Default: none can be added. */
  added?: { db: Kysely<DataSourceTables>; keys: Keys; addresses: AddressEnv; passwords: PasswordSources };
  log?: Logger;
}

/** Creates the service that keeps data sources, introspects them, and runs read-only queries. */
export async function createService({
  dataSources,
  added,
  log = createLogger("db-connector"),
  ...options
}: Deps): Promise<FastifyInstance> {
  const addedSources = added && {
    ...added,
    store: await AddedSources.open(added.db, added.keys),
    addresses: addedSourceRules(added.addresses),
  };
  const connector = new Connector(dataSources, log, { ...options, added: addedSources });
  const app = createServer({
    name: "db-connector",
    log,
    healthPath: "/actuator/health/liveness",
    description: "Data sources: which there are, their schema, and queries that read them.",
  });
  app.addHook("onClose", () => connector.close());

  const health = createHealth(connector);
  app.get("/actuator/health", { schema: { hide: true }, logLevel: "warn" }, () => health());
  addDataSourceRoutes(app, connector, addedSources);
  addQueryRoutes(app, connector);
  return app;
}
