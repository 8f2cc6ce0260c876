import type { DatabaseSchema, Dialect } from "@chatdb/contracts/query.ts";
import { Connector } from "@chatdb/db-connector/connector.ts";
import { createLogger } from "@platform/kit/log.ts";
import type { Compiled } from "@chatdb/question-engine/compile/statement.ts";
import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { tryMariadb } from "../../tests/services/support/mariadb.ts";
import { tryMongodb } from "../../tests/services/support/mongodb.ts";
import type { Table } from "@chatdb/ml-engine/questions/same-result.ts";
import type { PostgresDatabase } from "./postgres-database.ts";

/** The sample shop in a database of one kind, behind the db-connector. */
export interface ShopSource {
  dialect: Dialect;
  schema: DatabaseSchema;
  /** Runs a statement. @throws Problem of the db-connector */
  run(statement: Compiled): Promise<Table>;
  close(): Promise<void>;
}

const maxRows = 10_000;
/** The timeout is long, because the stand-in for MongoDB uses no index in correlated lookups. */
const timeoutMs = 60_000;

/**
 * Starts and fills a server of a kind, or uses the given PostgreSQL, which is already filled.
 * @returns the reason as text if that is impossible
 */
export async function openShop(dialect: Dialect, postgres: PostgresDatabase): Promise<ShopSource | string> {
  switch (dialect) {
    case "postgresql":
      return await sourceOf({ settings: postgres.settings, close: () => Promise.resolve() });
    case "mysql": {
      const server = await tryMariadb();
      if (typeof server === "string") return server;
      await loadMysql(server.admin);
      return await sourceOf(server);
    }
    case "mongodb": {
      const server = await tryMongodb();
      if (typeof server === "string") return server;
      await loadMongodb(server.db);
      return await sourceOf(server);
    }
  }
}

async function sourceOf({
  settings,
  close,
}: {
  settings: PostgresDatabase["settings"];
  close: () => Promise<void>;
}): Promise<ShopSource> {
  const connector = new Connector([settings], createLogger("bench", "silent"));
  return {
    dialect: settings.dialect,
    schema: await connector.schema(settings.name),
    run: async (statement) => {
      const { rows } = await connector.query(
        settings.name,
        { ...statement, limit: maxRows, timeout_ms: timeoutMs },
        new AbortController().signal,
      );
      return rows;
    },
    close: async () => {
      await connector.close();
      await close();
    },
  };
}
