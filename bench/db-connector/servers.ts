import type { Dialect } from "@chatdb/contracts/query.ts";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { load } from "@chatdb/sample-data/load.ts";
import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { tryMariadb } from "../../tests/services/support/mariadb.ts";
import { tryMongodb } from "../../tests/services/support/mongodb.ts";
import { tryPostgresql } from "../../tests/services/support/postgresql.ts";

/** A local database server with the sample shop. */
export interface Server {
  settings: DataSourceSettings;
  close(): Promise<void>;
}

const openers: Record<Dialect, () => Promise<Server | string>> = {
  postgresql: async () => filled(await tryPostgresql(), ({ admin }) => load(admin)),
  mysql: async () => filled(await tryMariadb(), ({ admin }) => loadMysql(admin)),
  mongodb: async () => filled(await tryMongodb(), ({ db }) => loadMongodb(db)),
};

async function filled<S extends Server>(
  server: S | string,
  fill: (server: S) => Promise<unknown>,
): Promise<S | string> {
  if (typeof server !== "string") await fill(server);
  return server;
}

/** Starts a server, or returns why this machine cannot run it. */
export const openServer = (dialect: Dialect): Promise<Server | string> => openers[dialect]();
