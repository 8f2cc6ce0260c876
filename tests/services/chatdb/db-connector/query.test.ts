import { queryResult } from "@chatdb/contracts/query.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { startShop, type TestShop } from "../support/shop.ts";
import { startStuckDatabase } from "../../support/stuck-database.ts";

const log = createLogger("test", "silent");

describe("queries by the db-connector", () => {
  let shop: TestShop;
  let app: FastifyInstance;
  before(async () => {
    shop = await startShop();
    app = await createService({ dataSources: [shop.settings], log, maxBytes: 100_000 });
  });
  after(async () => {
    await app.close();
    await shop.close();
  });

  const query = (sql: string, more: object = {}, name = "shop") =>
    app.inject({ method: "POST", url: `/datasources/${name}/query`, payload: { sql, ...more } });
  const result = async (sql: string, more: object = {}) => {
    const response = await query(sql, more);
    expect(response.statusCode, response.body).to.equal(200);
    return queryResult.parse(response.json());
  };
  const problem = async (sql: string, more: object = {}, name = "shop") => {
    const response = await query(sql, more, name);
    expect(response.headers["content-type"]).to.contain("application/problem+json");
    return response.json<{ status: number; detail: string; [extra: string]: unknown }>();
  };

  // One row of a megabyte, ten times the result limit, from few calls of the aggregate.
  const hugeRow = `SELECT string_agg('${"x".repeat(1000)}', '') FROM generate_series(1, 1000)`;

  it("return columns with their types, and rows", async () => {
    const { columns, rows, rowCount, truncated } = await result(
      "SELECT id, name, price AS cost FROM products WHERE id = $1",
      { params: [1] },
    );
    expect({ columns, rows, rowCount, truncated }).to.deep.equal({
      columns: [
        { name: "id", type: "integer" },
        { name: "name", type: "text" },
        { name: "cost", type: "numeric" },
      ],
      rows: (
        await shop.database.pool.query<Record<string, unknown>>("SELECT id, name, price FROM products WHERE id = 1")
      ).rows.map(Object.values),
      rowCount: 1,
      truncated: false,
    });
  });

  it("convert values to JSON without loss", async () => {
    const values: [sql: string, json: unknown][] = [
      ["1", 1],
      ["9007199254740991::bigint", 9007199254740991],
      ["9007199254740993::bigint", "9007199254740993"],
      ["123456789012345678901234567890.12345::numeric", "123456789012345678901234567890.12345"],
      ["1.50::numeric(10,2)", "1.50"],
      ["0.1::float8", 0.1],
      ["'NaN'::float8", "NaN"],
      ["'-Infinity'::float4", "-Infinity"],
      ["true", true],
      ["NULL::int", null],
      ["date '2024-02-29'", "2024-02-29"],
      ["timestamp '2024-02-29 10:11:12.123456'", "2024-02-29T10:11:12.123456"],
      ["timestamptz '2024-02-29 10:11:12+02'", "2024-02-29T08:11:12Z"],
      ["'infinity'::timestamptz", "infinity"],
      ["interval '1 day 2 hours'", "P1DT2H"],
      ["'\\x00ff'::bytea", "\\x00ff"],
      [`'{"a": [1, null]}'::jsonb`, { a: [1, null] }],
      [
        "ARRAY[[1, NULL], [3, 4]]",
        [
          [1, null],
          [3, 4],
        ],
      ],
      [`ARRAY['a,b', NULL, '"']`, ["a,b", null, '"']],
      ["ARRAY[1.10::numeric]", ["1.10"]],
      ["'5 mins'::text COLLATE \"C\"", "5 mins"],
    ];
    for (const [sql, json] of values) expect((await result(`SELECT ${sql}`)).rows, sql).to.deep.equal([[json]]);
  });

  it("return columns of the same name separately", async () => {
    const { columns, rows } = await result("SELECT 1 AS a, 2 AS a");
    expect([columns.map(({ name }) => name), rows]).to.deep.equal([["a", "a"], [[1, 2]]]);
  });

  it("pass parameters to the database unchanged", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 100 }).filter((text) => !text.includes("\0")),
        async (text) => {
          expect((await result("SELECT $1::text", { params: [text] })).rows).to.deep.equal([[text]]);
        },
      ),
      { numRuns: 50, interruptAfterTimeLimit: 2000 },
    );
    expect(
      (await result("SELECT count(*) FROM customers WHERE id = ANY ($1::int[])", { params: [[1, 2, 3]] })).rows,
    ).to.deep.equal([[3]]);
    expect((await result("SELECT $1::bool, $2::int, $3::text", { params: [true, 5, null] })).rows).to.deep.equal([
      [true, 5, null],
    ]);
  });

  it("are truncated at the row limit, and say so only when rows are left", async () => {
    for (const [limit, expected, truncated] of [
      [1, 1, true],
      [499, 499, true],
      [600, 600, false],
      [601, 600, false],
      [500, 500, true],
    ] as const) {
      const cut = await result("SELECT id FROM customers", { limit });
      expect([cut.rowCount, cut.rows.length, cut.truncated], String(limit)).to.deep.equal([
        expected,
        expected,
        truncated,
      ]);
    }
    expect((await result("SELECT n FROM generate_series(1, 2000) AS n")).rowCount).to.equal(1000);
  });

  it("are truncated at the size limit", async () => {
    const { rowCount, truncated } = await result(
      "SELECT (SELECT string_agg('x', '') FROM generate_series(1, 200)) FROM generate_series(1, 5000)",
      { limit: 10_000 },
    );
    expect(truncated).to.equal(true);
    expect(rowCount).to.be.within(500, 1000);
  });

  it("refuse a row that would not fit into memory", async () => {
    expect(await problem(hugeRow)).to.deep.include({
      status: 413,
    });
    expect((await result("SELECT 1")).rows).to.deep.equal([[1]]);
  });

  it("explain errors in a statement", async () => {
    expect(await problem("SELECT * FROM ordrs")).to.deep.include({ status: 400, sqlstate: "42P01", position: 15 });
    expect(await problem("SELEC 1")).to.deep.include({ status: 400, sqlstate: "42601", position: 1 });
    expect(await problem("SELECT 1 / 0")).to.deep.include({ status: 400, sqlstate: "22012" });
    expect(await problem("SELECT $1::int + $2")).to.deep.include({ status: 400, sqlstate: "42P02" });
    expect((await problem("SELECT price FROM product")).detail).to.match(
      /^The database refused the statement at character 19: relation "product" does not exist\.$/,
    );
  });

  it("refuse statements that write", async () => {
    const writes = [
      "DELETE FROM order_items",
      "UPDATE products SET price = 0",
      "INSERT INTO categories (name, description) VALUES ('a', 'b')",
      "WITH gone AS (DELETE FROM order_items RETURNING *) SELECT * FROM gone",
      "CREATE TABLE t ()",
      "DROP TABLE customers CASCADE",
      "TRUNCATE order_items",
      "SELECT * FROM customers FOR UPDATE",
      "SELECT nextval('orders_id_seq')",
      "COPY customers FROM STDIN",
    ];
    for (const sql of writes) expect((await problem(sql)).status, sql).to.equal(403);
  });

  it("leave a usable connection after an error or a truncated result", async () => {
    for (let round = 0; round < 6; round++) {
      await problem("SELECT 1 / 0");
      await problem(hugeRow);
      expect((await result("SELECT id FROM customers", { limit: 1 })).truncated).to.equal(true);
    }
    expect((await result("SELECT timestamptz '2024-01-01 00:00Z'")).rows).to.deep.equal([["2024-01-01T00:00:00Z"]]);
  });

  it("return pages if they are ordered", async () => {
    const { rows } = await result("SELECT id FROM customers ORDER BY id", { limit: 3, offset: 598 });
    expect(rows).to.deep.equal([[599], [600]]);
    const page = await result("SELECT id FROM customers ORDER BY id", { limit: 3, offset: 3 });
    expect([page.rows, page.truncated]).to.deep.equal([[[4], [5], [6]], true]);
    expect((await result("SELECT id FROM customers ORDER BY id", { offset: 600 })).rows).to.deep.equal([]);
    expect(await problem("SELECT id FROM customers", { offset: 1 })).to.deep.include({ status: 400 });
  });

  it("run concurrently", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => result("SELECT $1::int, count(*) FROM customers", { params: [n] })),
    );
    expect(answers.map(({ rows }) => rows[0]?.[0])).to.deep.equal(Array.from({ length: 30 }, (_, n) => n));
  });

  it("answer 404 for an unknown data source and 400 for an invalid request", async () => {
    expect(await problem("SELECT 1", {}, "nowhere")).to.deep.include({ status: 404, datasources: ["shop"] });
    for (const more of [
      { sql: "" },
      { sql: 1 },
      { limit: 0 },
      { limit: 1e6 },
      { timeout_ms: 0 },
      { params: [{}] },
      { params: "x" },
    ]) {
      expect((await problem("SELECT 1", more)).status, JSON.stringify(more)).to.equal(400);
    }
  });
});

describe("a query that does not end", () => {
  it("fails at its timeout even when the database ignores the timeout", async () => {
    const database = await startStuckDatabase();
    const settings = {
      name: "stuck",
      dialect: "postgresql" as const,
      ...database,
      database: "postgres",
      user: "postgres",
      password: "postgres",
      tls: "disable" as const,
    };
    const app = await createService({ dataSources: [settings], log, costLimits: {} });
    const started = performance.now();
    const payload = { sql: "SELECT count(*) FROM generate_series(1, 1e15)", timeout_ms: 300 };
    const response = await app.inject({ method: "POST", url: "/datasources/stuck/query", payload });
    expect(response.statusCode, response.body).to.equal(504);
    expect(response.json<{ detail: string }>().detail).to.contain("longer than 300 ms");
    expect(performance.now() - started).to.be.within(300, 2000);
    await database.close();
    await app.close();
  });
});
