import type pg from "pg";
import { ddl } from "./ddl.ts";
import { generateShop, type Shop } from "./shop.ts";
import { tableList, type SampleColumn, type SampleTable } from "./tables.ts";

export { defaultSeed, generateShop, sizes, type Shop } from "./shop.ts";

/** The array element types in which columns are sent. */
const types: Record<SampleColumn["type"], string> = {
  key: "integer",
  integer: "integer",
  decimal: "numeric",
  text: "text",
  instant: "timestamptz",
};

// Any constant works; the lock keeps two loaders from filling one database at once.
const lockKey = 5_107_001;

/**
 * Creates and fills the tables of the sample shop in the current schema, in one transaction.
 * @returns false if the tables exist already; then nothing changes
 * @throws PostgreSQL's error, for example when the role may not create tables; then nothing is left behind
 */
export async function load(client: pg.ClientBase | pg.Pool, shop: Shop = generateShop()): Promise<boolean> {
  if (!("totalCount" in client)) return await loadWith(client, shop);
  const connection = await client.connect();
  try {
    return await loadWith(connection, shop);
  } finally {
    connection.release();
  }
}

async function loadWith(client: pg.ClientBase, shop: Shop): Promise<boolean> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [lockKey]);
    const { rows } = await client.query<{ loaded: boolean }>("SELECT to_regclass('order_items') IS NOT NULL AS loaded");
    const loaded = rows[0]!.loaded;
    if (!loaded) {
      await client.query(ddl);
      for (const [name, table] of tableList) await fill(client, name, table, shop[name]);
      await client.query(`ANALYZE ${tableList.map(([name]) => name).join(", ")}`);
    }
    await client.query("COMMIT");
    return !loaded;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** Inserts a table's rows in one statement, with each column as an array. */
async function fill(
  client: pg.ClientBase,
  name: string,
  { columns }: SampleTable<Record<string, unknown>>,
  rows: readonly object[],
): Promise<void> {
  const list = Object.entries(columns);
  const arrays = list.map(([column]) => rows.map((row) => (row as Record<string, unknown>)[column]));
  const casts = list.map(([, { type }], index) => `$${index + 1}::${types[type]}[]`).join(", ");
  await client.query(
    `INSERT INTO ${name} (${list.map(([column]) => column).join(", ")}) SELECT * FROM unnest(${casts})`,
    arrays,
  );
  await client.query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [name, rows.length]);
}
