import { generateShop } from "@chatdb/sample-data/load.ts";
import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { tableList } from "@chatdb/sample-data/tables.ts";
import { expect } from "chai";
import type { Document } from "mongodb";
import type { RowDataPacket } from "mysql2";
import { startMariadb } from "../../support/mariadb.ts";
import { startMongodb } from "../../support/mongodb.ts";

describe("sample shop in other databases", () => {
  it("loads every row into MySQL, with comments and keys", async function () {
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

  it("loads a document for every row into MongoDB", async function () {
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
