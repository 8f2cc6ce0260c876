import type { Parameter, QueryResult } from "@chatdb/contracts/query.ts";
import { Connector } from "@chatdb/db-connector/connector.ts";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { createLogger } from "@platform/kit/log.ts";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { shopTemplate } from "./shop-template.ts";

export interface TestShop {
  database: TestDatabase;
  settings: DataSourceSettings;
  connector: Connector;
  /** Runs a query through the db-connector and returns the rows. */
  run(sql: string, params?: readonly unknown[]): Promise<QueryResult["rows"]>;
  close(): Promise<void>;
}

export const settingsOf = ({ host, port }: TestDatabase, name = "shop"): DataSourceSettings => ({
  name,
  dialect: "postgresql",
  host,
  port,
  database: "postgres",
  user: "postgres",
  password: "postgres",
  tls: "disable",
});

/** Starts a database with the sample shop, and a connector to it. */
export async function startShop(): Promise<TestShop> {
  const database = await startPglite(await shopTemplate());
  const settings = settingsOf(database);
  const connector = new Connector([settings], createLogger("db-connector", "silent"));
  return {
    database,
    settings,
    connector,
    run: async (sql, params = []) => {
      const { rows } = await connector.query(
        "shop",
        { sql, params: params as Parameter[], limit: 10_000, timeout_ms: 10_000 },
        new AbortController().signal,
      );
      return rows;
    },
    close: async () => {
      await connector.close();
      await database.close();
    },
  };
}
