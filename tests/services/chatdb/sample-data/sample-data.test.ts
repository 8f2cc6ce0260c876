import { generateShop, load, sizes } from "@chatdb/sample-data/load.ts";
import { expect } from "chai";
import { createHash } from "node:crypto";
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

  it("is equal for equal seeds and differs for different ones", () => {
    expect(digest(generateShop(7))).to.equal(digest(generateShop(7)));
    expect(digest(generateShop(7))).not.to.equal(digest(generateShop(8)));
  });

  it("has thousands of rows, distinct product names, customers in Germany and customers without orders", () => {
    const shop = generateShop();
    expect(Object.values(shop).flat().length).to.be.within(5_000, 20_000);
    expect(new Set(shop.products.map(({ name, category_id }) => `${category_id} ${name}`)).size).to.equal(
      shop.products.length,
    );
    expect(shop.customers.filter(({ country }) => country === "Germany").length).to.be.greaterThan(50);
    const buyers = new Set(shop.orders.map(({ customer_id }) => customer_id));
    expect(buyers.size).to.be.lessThan(sizes.customers);
  });

  it("loads every row once", async () => {
    const shop = generateShop();
    expect(await load(database.pool)).to.equal(true);
    expect(await load(database.pool)).to.equal(false);
    for (const [table, rows] of Object.entries<object[]>({ ...shop })) {
      const { rows: stored } = await database.pool.query<Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY id`);
      expect(stored.map(withInstants), table).to.deep.equal(rows.map(withInstants));
    }
  });

  it("continues the ids after the generated rows", async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      "INSERT INTO orders (customer_id, ordered_at, status) VALUES (1, now(), 'pending') RETURNING id",
    );
    expect(rows[0]?.id).to.equal(sizes.orders + 1);
  });

  it("leaves nothing behind when loading fails", async () => {
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
});
