import { generateShop, load, sizes } from "@chatdb/sample-data/load.ts";
import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { tableList } from "@chatdb/sample-data/tables.ts";
import { expect } from "chai";
import type { Document } from "mongodb";
import type { RowDataPacket } from "mysql2";
import { createHash } from "node:crypto";
import { startMariadb } from "../../support/mariadb.ts";
import { startMongodb } from "../../support/mongodb.ts";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";

const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** Times as milliseconds, so that the driver's dates compare with the generator's text. */
const withInstants = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      name.endsWith("_at") ? new Date(value as string).getTime() : value,
    ]),
  );

describe("sample shop", () => {
  let database: TestDatabase;
  before(async () => {
    database = await startPglite();
  });
  after(() => database.close());

  it("is the same for the same seed and another for another", () => {
    expect(digest(generateShop(7))).to.equal(digest(generateShop(7)));
    expect(digest(generateShop(7))).not.to.equal(digest(generateShop(8)));
  });

  it("has some thousand rows, distinct product names, customers in Germany and customers who never ordered", () => {
    const shop = generateShop();
    expect(Object.values(shop).flat().length).to.be.within(5_000, 20_000);
    expect(new Set(shop.products.map(({ name, category_id }) => `${category_id} ${name}`)).size).to.equal(
      shop.products.length,
    );
    expect(shop.customers.filter(({ country }) => country === "Germany").length).to.be.greaterThan(50);
    const buyers = new Set(shop.orders.map(({ customer_id }) => customer_id));
    expect(buyers.size).to.be.lessThan(sizes.customers);
  });

  it("loads once, every row", async () => {
    const shop = generateShop();
    expect(await load(database.pool)).to.equal(true);
    expect(await load(database.pool)).to.equal(false);
    for (const [table, rows] of Object.entries<object[]>({ ...shop })) {
      const { rows: stored } = await database.pool.query<Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY id`);
      expect(stored.map(withInstants), table).to.deep.equal(rows.map(withInstants));
    }
  });

  it("goes on numbering after the generated rows", async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      "INSERT INTO orders (customer_id, ordered_at, status) VALUES (1, now(), 'pending') RETURNING id",
    );
    expect(rows[0]?.id).to.equal(sizes.orders + 1);
  });

  it("leaves nothing behind when it fails", async () => {
    const other = await startPglite();
    try {
      const broken = generateShop();
      broken.order_items[0]!.product_id = 999_999;
      const failure: unknown = await load(other.pool, broken).catch((error: unknown) => error);
      expect(failure).to.be.an("error").with.property("message").that.contains("foreign key");
      const { rows } = await other.pool.query<{ table: string | null }>("SELECT to_regclass('customers') AS table");
      expect(rows[0]?.table).to.equal(null);
    } finally {
      await other.close();
    }
  });

  it("loads into MySQL, every row, with comments and keys", async function () {
    const server = await startMariadb(this);
    await loadMysql(server.admin);
    for (const [table, rows] of Object.entries<object[]>({ ...generateShop() })) {
      const [stored] = await server.admin.query<RowDataPacket[]>({
        sql: `SELECT * FROM ${table} ORDER BY id`,
        dateStrings: true,
      });
      const read = stored.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            name.endsWith("_at") ? `${String(value).replace(" ", "T")}Z` : (value as unknown),
          ]),
        ),
      );
      expect(read, table).to.deep.equal(rows);
    }
    const [comments] = await server.admin.query<RowDataPacket[]>(
      "SELECT column_comment AS comment FROM information_schema.columns WHERE table_name = 'products' AND column_name = 'price'",
    );
    expect(comments[0]!.comment).to.equal("Price of one piece");
    const broken: unknown = await server.admin
      .query("INSERT INTO orders (customer_id, ordered_at, status) VALUES (999999, now(), 'pending')")
      .catch((error: unknown) => error);
    expect(broken).to.be.an("error").with.property("message").that.contains("foreign key");
    await server.close();
  });

  it("loads into MongoDB, a document for every row", async function () {
    const server = await startMongodb(this);
    await loadMongodb(server.db);
    const shop = generateShop();
    for (const [name, { columns }] of tableList) {
      const stored = await server.db
        .collection<Document & { _id: number }>(name)
        .find({}, { sort: { _id: 1 } })
        .toArray();
      const read = stored.map(({ _id, ...fields }) => ({
        id: _id,
        ...Object.fromEntries(
          Object.entries(fields).map(([field, value]) => [field, asText(value, columns[field]!.type)]),
        ),
      }));
      expect(read, name).to.deep.equal(shop[name]);
    }
    await server.close();
  });
});

function asText(value: unknown, type: string): unknown {
  if (type === "instant") return (value as Date).toISOString().replace(".000Z", "Z");
  return type === "decimal" ? String(value) : value;
}
