import { load } from "@chatdb/sample-data/load.ts";
import pg from "pg";
import type { EmbeddedDatabase } from "@platform/embedded/embedded-database.ts";

/** Fills the sample shop if it is empty, and makes every later connection read-only. */
export async function prepareShop({ env }: EmbeddedDatabase): Promise<void> {
  const client = new pg.Client({
    host: env.DATABASE_HOST,
    port: env.DATABASE_PORT,
    user: env.DATABASE_USER,
    database: env.DATABASE_NAME,
  });
  await client.connect();
  await load(client);
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = 'reader'");
  if (rowCount === 0) await client.query("CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
  // All connections share one session of the server, so this outlasts the connection.
  await client.query("SET SESSION AUTHORIZATION reader");
  await client.end();
}
