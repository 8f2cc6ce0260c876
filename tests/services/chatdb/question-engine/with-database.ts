import type { DatabaseSchema, Parameter, QueryResult } from "@chatdb/contracts/query.ts";
import { Connector } from "@chatdb/db-connector/connector.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { createLogger } from "@platform/kit/log.ts";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { settingsOf, startShop, type TestShop } from "../support/shop.ts";

/**
 * Starts the sample shop before the tests of a suite, hands it over with its indexed schema, and ends it after them.
 */
export function withShop(handOver: (shop: TestShop, index: SchemaIndex) => void): void {
  let shop: TestShop | undefined;
  before(async function () {
    this.timeout(180_000);
    shop = await startShop();
    handOver(shop, new SchemaIndex(await shop.connector.schema("shop")));
  });
  after(() => shop?.close());
}

export interface TestSchema {
  schema: DatabaseSchema;
  index: SchemaIndex;
  /** Runs a query through the db-connector and returns the rows, at most a thousand. */
  run(sql: string, params?: readonly Parameter[]): Promise<QueryResult["rows"]>;
}

/** Starts a database with these tables before the tests of a suite, hands it over, and ends it after them. */
export function withSchema(ddl: string, datasource: string, handOver: (schema: TestSchema) => void): void {
  let database: TestDatabase | undefined;
  let connector: Connector | undefined;
  before(async function () {
    this.timeout(180_000);
    database = await startPglite();
    await database.pool.query(ddl);
    const source = new Connector([settingsOf(database, datasource)], createLogger("test", "silent"));
    connector = source;
    const schema = await source.schema(datasource);
    const run: TestSchema["run"] = async (sql, params = []) => {
      const query = { sql, params: [...params], limit: 1000, timeout_ms: 10_000 };
      return (await source.query(datasource, query, new AbortController().signal)).rows;
    };
    handOver({ schema, index: new SchemaIndex(schema), run });
  });
  after(async () => {
    await connector?.close();
    await database?.close();
  });
}
