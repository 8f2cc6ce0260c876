import type { AddressInfo } from "node:net";
import { databaseSchema, queryResult, type DatabaseSchema } from "@chatdb/contracts/query.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import type { RowDataPacket } from "mysql2/promise";
import { eventually } from "../../support/eventually.ts";
import { startMariadb, type TestMariadb } from "../../support/mariadb.ts";

const log = createLogger("test", "silent");

const ddl = `
CREATE TABLE customers (
  id int PRIMARY KEY, name varchar(100) NOT NULL COMMENT 'First and last name', country varchar(50), mood enum('happy', 'it''s'), note text
) COMMENT 'People who buy';
CREATE TABLE orders (
  id int PRIMARY KEY, customer_id int NOT NULL, total decimal(20,5), placed timestamp(3) NULL, FOREIGN KEY (customer_id) REFERENCES customers (id)
);
CREATE VIEW rich AS SELECT id, name FROM customers;
INSERT INTO customers SELECT seq, concat('name ', seq), if(seq % 2, 'France', 'Chad'), 'happy', concat('note ', seq) FROM seq_1_to_1200;
INSERT INTO orders SELECT seq, seq % 1200 + 1, seq * 1.5, NULL FROM seq_1_to_3000;
ANALYZE TABLE customers, orders;
`;

describe("a MySQL data source", () => {
  let server: TestMariadb | undefined;
  let app: FastifyInstance;
  before(async function () {
    server = await startMariadb(this);
    await server.admin.query(ddl);
    app = await createService({ dataSources: [server.settings], log, maxBytes: 200_000 });
  });
  after(async () => {
    await app?.close();
    await server?.close();
  });

  const query = (sql: string, more: object = {}) =>
    app.inject({ method: "POST", url: "/datasources/shop/query", payload: { sql, ...more } });
  const result = async (sql: string, more: object = {}) => {
    const response = await query(sql, more);
    expect(response.statusCode, response.body).to.equal(200);
    return queryResult.parse(response.json());
  };
  const problem = async (sql: string, more: object = {}) =>
    (await query(sql, more)).json<{ status: number; detail: string; layer?: string }>();

  it("reports its server's version", async () => {
    const { components } = (await app.inject("/actuator/health")).json<{
      components: { dataSources: { components: { shop: { details: { database: string } } } } };
    }>();
    expect(components.dataSources.components.shop.details.database).to.match(/^MariaDB 1[01]\./);
  });

  it("returns a schema with comments, keys and sample values", async () => {
    const schema: DatabaseSchema = databaseSchema.parse((await app.inject("/datasources/shop/schema")).json());
    const [customers, orders, rich] = schema.tables;
    expect(customers).to.deep.include({
      schema: "shop",
      name: "customers",
      kind: "table",
      comment: "People who buy",
      primaryKey: ["id"],
      foreignKeys: [],
    });
    expect(customers!.rowEstimate).to.be.within(1000, 1400);
    expect(customers!.columns).to.deep.equal([
      { name: "id", type: "int(11)", nullable: false },
      { name: "name", type: "varchar(100)", nullable: false, comment: "First and last name" },
      { name: "country", type: "varchar(50)", nullable: true, samples: ["Chad", "France"] },
      { name: "mood", type: "enum('happy','it''s')", nullable: true, samples: ["happy", "it's"] },
      { name: "note", type: "text", nullable: true },
    ]);
    expect(orders!.foreignKeys).to.deep.equal([
      { columns: ["customer_id"], schema: "shop", table: "customers", references: ["id"] },
    ]);
    expect([rich!.kind, rich!.primaryKey, rich!.columns.length, schema.dialect]).to.deep.equal([
      "view",
      [],
      2,
      "mysql",
    ]);
  });

  it("converts values to JSON without loss", async () => {
    const values: [sql: string, json: unknown, type: string][] = [
      ["1", 1, "int"],
      ["9007199254740991", 9007199254740991, "bigint"],
      ["9007199254740993", "9007199254740993", "bigint"],
      ["18446744073709551615", "18446744073709551615", "bigint unsigned"],
      ["CAST(1.5 AS decimal(10,2))", "1.50", "decimal"],
      ["12345678901234567890.12345", "12345678901234567890.12345", "decimal"],
      ["0.1e0", 0.1, "double"],
      ["CAST(0.1 AS float)", 0.1, "float"],
      ["NULL", null, "null"],
      ["DATE '2024-02-29'", "2024-02-29", "date"],
      ["TIMESTAMP '2024-02-29 10:11:12.5'", "2024-02-29T10:11:12.5", "datetime"],
      ["TIME '-100:11:12'", "-100:11:12", "time"],
      ["x'00ff'", "\\x00ff", "varbinary"],
      ["'é😀'", "é😀", "varchar"],
      ["JSON_ARRAY(1, NULL, 'a')", [1, null, "a"], "json"],
    ];
    for (const [sql, json, type] of values) {
      const { rows, columns } = await result(`SELECT ${sql} AS v`);
      expect([rows, columns], sql).to.deep.equal([[[json]], [{ name: "v", type }]]);
    }
    await server!.admin.query(
      "SET time_zone = '+02:00'; UPDATE orders SET placed = '2024-02-29 10:11:12.345' WHERE id = 1",
    );
    expect((await result("SELECT placed FROM orders WHERE id = 1")).rows).to.deep.equal([["2024-02-29T08:11:12.345Z"]]);
  });

  it("passes parameters to the database unchanged", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 100 }), async (text) => {
        expect((await result("SELECT ? AS t", { params: [text] })).rows).to.deep.equal([[text]]);
      }),
      { numRuns: 50, interruptAfterTimeLimit: 2000 },
    );
    expect(
      (await result("SELECT name FROM customers WHERE id = ? AND country = ?", { params: [3, "France"] })).rows,
    ).to.deep.equal([["name 3"]]);
    expect((await result("SELECT id FROM customers ORDER BY id LIMIT ?", { params: [2] })).rows).to.deep.equal([
      [1],
      [2],
    ]);
  });

  it("truncates a result at the row limit and says so only when rows are left", async () => {
    for (const [limit, expected, truncated] of [
      [1, 1, true],
      [499, 499, true],
      [1200, 1200, false],
      [1201, 1200, false],
      [500, 500, true],
    ] as const) {
      const cut = await result("SELECT id FROM customers", { limit });
      expect([cut.rowCount, cut.truncated], String(limit)).to.deep.equal([expected, truncated]);
    }
    expect((await result("SELECT id FROM customers LIMIT 1000", { limit: 10 })).truncated).to.equal(true);
    expect((await result("SELECT id FROM customers WHERE id < 0")).columns).to.deep.equal([
      { name: "id", type: "int" },
    ]);
    expect((await result("SELECT id FROM customers ORDER BY id", { limit: 2, offset: 1199 })).rows).to.deep.equal([
      [1200],
    ]);
  });

  it("truncates a result at the size limit and refuses a row that would not fit into memory", async () => {
    const { rowCount, truncated } = await result(
      "SELECT concat(note, (SELECT group_concat(name) FROM customers WHERE id < 100)) FROM customers",
      { limit: 10_000 },
    );
    expect([truncated, rowCount < 1200]).to.deep.equal([true, true]);
    expect(await problem("SELECT group_concat(a.note) FROM customers a, customers b GROUP BY b.id")).to.deep.include({
      status: 413,
      layer: "size limit",
    });
  });

  it("explains errors in a statement", async () => {
    expect((await problem("SELECT * FROM custmers")).detail).to.match(/Table 'shop.custmers' doesn't exist/);
    expect(await problem("SELECT FROM WHERE")).to.deep.include({ status: 400 });
    expect(await problem("SELECT ?")).to.deep.include({ status: 400 });
  });

  it("refuses a statement whose estimated cost is too high", async () => {
    expect(await problem("SELECT count(*) FROM orders a, orders b, orders c, orders d")).to.deep.include({
      status: 403,
      layer: "cost limit",
    });
  });

  it("stops a statement at its timeout and when the caller disconnects", async () => {
    const slow = "SELECT count(*) FROM orders a, orders b, customers c WHERE a.total + b.total > c.id";
    const late = await createService({ dataSources: [server!.settings], log, costLimits: {} });
    expect(
      (
        await late.inject({ method: "POST", url: "/datasources/shop/query", payload: { sql: slow, timeout_ms: 200 } })
      ).json(),
    ).to.deep.include({ status: 504, layer: "time limit" });
    await late.listen({ port: 0, host: "127.0.0.1" });
    const running = async () => {
      const [rows] = await server!.admin.query<RowDataPacket[]>(
        "SELECT info FROM information_schema.processlist WHERE user = 'reader' AND info LIKE '%orders a%'",
      );
      return rows.length;
    };
    const caller = new AbortController();
    const { port } = late.server.address() as AddressInfo;
    const asked = fetch(`http://127.0.0.1:${port}/datasources/shop/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sql: slow, timeout_ms: 60_000 }),
      signal: caller.signal,
    }).catch(() => undefined);
    await eventually(async () => expect(await running()).to.equal(1));
    caller.abort();
    await asked;
    await eventually(async () => expect(await running()).to.equal(0));
    await late.close();
  });

  it("runs queries concurrently", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => result("SELECT ?, count(*) FROM customers", { params: [n] })),
    );
    expect(answers.map(({ rows }) => Number(rows[0]?.[0]))).to.deep.equal(Array.from({ length: 30 }, (_, n) => n));
  });
});
