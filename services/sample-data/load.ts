import type pg from "pg";
import { ddl } from "./ddl.ts";
import { generateShop, type Shop } from "./shop.ts";

export { defaultSeed, generateShop, sizes, type Shop } from "./shop.ts";

/** Each column of each table with its type, parents before children. */
const columns: { [T in keyof Shop]: Record<keyof Shop[T][number], string> } = {
  categories: { id: "integer", name: "text", description: "text" },
  customers: { id: "integer", name: "text", email: "text", city: "text", country: "text", created_at: "timestamptz" },
  products: { id: "integer", name: "text", category_id: "integer", price: "numeric", stock: "integer" },
  orders: { id: "integer", customer_id: "integer", ordered_at: "timestamptz", status: "text" },
  order_items: { id: "integer", order_id: "integer", product_id: "integer", quantity: "integer", unit_price: "numeric" },
};

// Any constant does: it keeps two loaders of one database apart.
const lockKey = 5_107_001;

/**
 * Makes and fills the tables of the sample shop in the current schema, in one transaction.
 * @returns false when they were there already; then nothing is changed
 * @throws what PostgreSQL answers, for example when the role may not create tables; then nothing is left behind
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
      for (const table of Object.keys(columns) as (keyof Shop)[]) await fill(client, table, shop[table]);
      await client.query("ANALYZE categories, customers, products, orders, order_items");
    }
    await client.query("COMMIT");
    return !loaded;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** One statement a table: each column travels as one array. */
async function fill<T extends keyof Shop>(client: pg.ClientBase, table: T, rows: Shop[T]): Promise<void> {
  const types = Object.entries<string>(columns[table]);
  const arrays = types.map(([name]) => rows.map((row) => (row as unknown as Record<string, unknown>)[name]));
  const names = types.map(([name]) => name).join(", ");
  const casts = types.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ");
  await client.query(`INSERT INTO ${table} (${names}) SELECT * FROM unnest(${casts})`, arrays);
  await client.query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [table, rows.length]);
}
