import { checkMysql } from "@chatdb/db-connector/mysql/statement-check.ts";
import { rowsExamined } from "@chatdb/db-connector/mysql/cost-estimate.ts";
import { checkPostgresql } from "@chatdb/db-connector/postgresql/statement-check.ts";
import { expect } from "chai";
import fc from "fast-check";
import mysql from "mysql2";
import pg from "pg";

/** Statements that read, by the dialects that take them as they are. */
const both = [
  "SELECT * FROM orders",
  "SELECT DISTINCT status FROM orders WHERE status LIKE 'p%' OR status IN ('paid', 'shipped') ORDER BY status",
  "SELECT c.country, count(*) AS n, sum(i.quantity * i.unit_price) FROM customers AS c JOIN orders o ON o.customer_id = c.id LEFT JOIN order_items i ON i.order_id = o.id GROUP BY c.country HAVING count(*) > 3 ORDER BY n DESC LIMIT 5 OFFSET 2",
  "WITH big (id, total) AS (SELECT order_id, sum(quantity) FROM order_items GROUP BY order_id), other AS (SELECT 1) SELECT * FROM big WHERE total > (SELECT avg(total) FROM big)",
  "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x FROM n",
  "SELECT name, rank() OVER (PARTITION BY category_id ORDER BY price DESC) FROM products",
  "SELECT sum(price) OVER w FROM products WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
  "SELECT CASE WHEN price > 10 THEN 'dear' ELSE 'cheap' END, coalesce(nullif(name, ''), '?') FROM products",
  "(SELECT id FROM orders) UNION (SELECT id FROM customers) ORDER BY 1",
  "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM order_items i WHERE i.order_id = orders.id) AND NOT (id = ANY (SELECT id FROM customers))",
  "SELECT extract(year FROM ordered_at), date(ordered_at), current_date FROM orders",
  "SELECT substring(name FROM 1 FOR 2), trim(BOTH ' ' FROM name), position('a' IN name), cast(price AS decimal(10, 2)) FROM products",
  "SELECT 'it''s; -- not /* a comment', x.a FROM (SELECT 1 AS a) AS x (a)",
];
const only = {
  postgresql: [
    "SELECT id::text, $1::int FROM orders WHERE id = ANY ($2::int[]) -- why",
    'SELECT "Odd ""Name""" FROM "sales"."stores" /* where */ ;',
    "SELECT count(DISTINCT (a, b)) FILTER (WHERE (a, b) IS NOT NULL) FROM (VALUES (1, 2)) AS v (a, b)",
    "SELECT to_char(ordered_at, 'YYYY-\"Q\"Q'), date_trunc('month', ordered_at) + interval '1 month' FROM orders",
    "SELECT * FROM orders o, LATERAL (SELECT max(price) FROM products) AS m, generate_series(1, 3) WITH ORDINALITY AS g (n, i) FETCH FIRST 3 ROWS ONLY",
    "SELECT string_agg(name, ', ' ORDER BY name), percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM products GROUP BY GROUPING SETS ((category_id), ())",
    "SELECT data->>'a', data @> '{}', (ARRAY[1, 2])[1] FROM things WHERE name ILIKE $1 ESCAPE '!' AND a IS DISTINCT FROM b",
    "TABLE customers",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT make_interval(days => 3), pg_catalog.lower('X')",
  ],
  mysql: [
    "SELECT `name`, `odd ``name` FROM `shop`.`customers` WHERE `id` = ? AND name <=> NULL",
    "SELECT date_format(ordered_at, '%Y-%m'), timestampdiff(DAY, ordered_at, now()), ordered_at + INTERVAL 1 DAY FROM orders",
    "SELECT group_concat(DISTINCT name ORDER BY name SEPARATOR ', '), count(DISTINCT a, b) FROM products GROUP BY category_id WITH ROLLUP",
    "SELECT left(name, 2), right(name, 2), insert(name, 1, 1, 'x'), replace(name, 'a', 'b'), if(price > 1, 'a', 'b'), char(65) FROM products",
    "SELECT cast(? AS datetime(3)), cast(id AS signed), convert(name USING utf8mb4) FROM products",
    "SELECT * FROM products USE INDEX (name) WHERE MATCH (name) AGAINST ('x' IN BOOLEAN MODE)",
    "SELECT * FROM json_table('[1]', '$[*]' COLUMNS (n int PATH '$')) AS j",
    "SELECT \"text\", x'00ff', 0x7e, 1.5e3, .5, -1, t.update, `delete` FROM t",
    "SELECT min(x) IS NULL, (`a` * 1e0 / nullif(`b`, 0)) FROM t GROUP BY x ORDER BY min(x) IS NULL, x LIMIT 18446744073709551615 OFFSET 3",
  ],
};
const checks = { postgresql: checkPostgresql, mysql: checkMysql };

for (const [dialect, check] of Object.entries(checks) as [keyof typeof checks, typeof checkMysql][]) {
  describe(`the statement check for ${dialect}`, () => {
    for (const sql of [...both, ...only[dialect]])
      it(`accepts: ${sql}`, () => expect(check(sql)).to.have.property("ordered"));

    it("detects whether the rows are ordered", () => {
      const ordered = (sql: string) => check(sql).ordered;
      expect(ordered("SELECT 1 AS a ORDER BY a")).to.equal(true);
      expect(ordered("(SELECT 1) UNION (SELECT 2) ORDER BY 1")).to.equal(true);
      expect(ordered("SELECT * FROM (SELECT 1 AS a ORDER BY a) AS t")).to.equal(false);
      expect(ordered("SELECT rank() OVER (ORDER BY id) FROM orders")).to.equal(false);
    });

    it("accepts any text and name that its driver has quoted", () => {
      const [text, name] =
        dialect === "mysql"
          ? [(value: string) => mysql.escape(value), (value: string) => mysql.escapeId(value, true)]
          : [pg.escapeLiteral, pg.escapeIdentifier];
      const any = fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).filter((value) => !value.includes("\0"));
      const nasty = fc
        .array(fc.constantFrom("'", '"', "`", "\\", ";", "--", "/*", "*/", "#", "$$", " ", "x", "é"), {
          minLength: 1,
          maxLength: 8,
        })
        .map((parts) => parts.join(""));
      fc.assert(
        fc.property(fc.oneof(any, nasty), fc.oneof(any, nasty), (value, column) => {
          const sql = `SELECT ${text(value)} AS ${name(column)}`;
          check(sql);
          expect(() => check(`${sql}; DROP TABLE x`)).to.throw();
          expect(() => check(`${sql}, sleep(1), pg_sleep(1)`)).to.throw(/the function (pg_)?sleep/);
        }),
        { numRuns: 300, interruptAfterTimeLimit: 2000 },
      );
    });
  });
}

describe("the rows that MySQL's planner expects to examine", () => {
  const step = (id: number, rows: number, filtered = 100) => ({ id, rows, filtered });

  it("multiply each table's rows by the rows left before it", () => {
    expect(rowsExamined([step(1, 100)])).to.equal(100);
    expect(rowsExamined([step(1, 100, 10), step(1, 50)])).to.equal(100 + 10 * 50);
    expect(rowsExamined([step(1, 100), step(1, 50), step(1, 20)])).to.equal(100 + 5000 + 100_000);
    expect(rowsExamined([step(1, 100), step(2, 7)])).to.equal(107);
  });
});
