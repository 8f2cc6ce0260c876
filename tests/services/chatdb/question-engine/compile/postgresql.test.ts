import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { compile } from "../../../../../services/chatdb/question-engine/compile/postgresql.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { problemsOf } from "../../../../../services/chatdb/question-engine/plan/validate.ts";
import { expect } from "chai";
import { startShop, type TestShop } from "../../support/shop.ts";
import { aggregate, column, join, plan, query, ref, table } from "../plan/shop-plans.ts";

const month = { kind: "period" as const, unit: "month" as const, of: ref("orders.ordered_at") };
const amount = {
  kind: "arithmetic" as const,
  op: "*" as const,
  left: ref("order_items.quantity"),
  right: ref("order_items.unit_price"),
};
const customersOfOrders = [join("customers", "id", "orders.customer_id")];

/** A plan and a hand-written query that returns the same rows. */
const plans: [string, QueryPlan, string][] = [
  [
    "parts of a time",
    plan(
      "orders",
      [
        ...(["year", "quarter", "month", "day", "weekday", "hour"] as const).map((unit) => ({
          kind: "part" as const,
          unit,
          of: ref("orders.ordered_at"),
        })),
        "orders.id",
      ],
      { orderBy: [{ value: column("orders.id"), direction: "asc" }], limit: 50 },
    ),
    `SELECT extract(year FROM o)::int, extract(quarter FROM o)::int, extract(month FROM o)::int, extract(day FROM o)::int, extract(isodow FROM o)::int, extract(hour FROM o)::int, id
     FROM (SELECT ordered_at AT TIME ZONE 'UTC' AS o, id FROM orders) AS t ORDER BY id LIMIT 50`,
  ],
  [
    "periods as group keys and sort terms",
    plan("orders", [month, aggregate("count")], { groupBy: [month], orderBy: [{ value: month, direction: "desc" }] }),
    `SELECT to_char(ordered_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*) FROM orders GROUP BY 1 ORDER BY 1 DESC`,
  ],
  [
    "ISO weeks and quarters",
    plan(
      "orders",
      [{ ...month, unit: "week" }, { ...month, unit: "quarter" }, { ...month, unit: "day" }, "orders.id"],
      { orderBy: [{ value: column("orders.id"), direction: "asc" }] },
    ),
    `SELECT extract(isoyear FROM o) || '-W' || right('0' || extract(week FROM o), 2), extract(year FROM o) || '-Q' || extract(quarter FROM o), o::date::text, id
     FROM (SELECT ordered_at AT TIME ZONE 'UTC' AS o, id FROM orders) AS t ORDER BY id`,
  ],
  [
    "sums of products of columns",
    plan("order_items", [aggregate("sum", [amount])]),
    "SELECT sum(quantity * unit_price) FROM order_items",
  ],
  [
    "numbers in a group key",
    plan("products", [{ kind: "arithmetic", op: "*", left: ref("products.stock"), right: 2 }, aggregate("count")], {
      groupBy: [{ kind: "arithmetic", op: "*", left: ref("products.stock"), right: 2 }],
      orderBy: [{ value: { kind: "arithmetic", op: "*", left: ref("products.stock"), right: 2 }, direction: "desc" }],
    }),
    "SELECT stock * 2, count(*) FROM products GROUP BY stock ORDER BY stock DESC",
  ],
  [
    "division with fractions, missing for the divisor 0",
    plan(
      "products",
      [{ kind: "arithmetic", op: "/", left: ref("products.id"), right: ref("products.stock") }, "products.id"],
      { orderBy: [{ value: column("products.id"), direction: "asc" }] },
    ),
    "SELECT CASE WHEN stock <> 0 THEN id::numeric / stock END, id FROM products ORDER BY id",
  ],
  [
    "pairs of columns",
    plan("order_items", [aggregate("count")], {
      joins: [join("products", "id", "order_items.product_id")],
      where: [{ kind: "pair", left: ref("order_items.unit_price"), op: "<>", right: ref("products.price") }],
    }),
    "SELECT count(*) FROM order_items o, products p WHERE p.id = product_id AND unit_price <> price",
  ],
  [
    "alternative conditions",
    plan("products", [aggregate("count")], {
      where: [
        {
          kind: "either",
          of: [
            [{ kind: "column", column: ref("products.price"), op: ">", value: 100.5 }],
            [
              { kind: "column", column: ref("products.stock"), op: "<", value: 5 },
              { kind: "column", column: ref("products.name"), op: "lacks", value: "%" },
            ],
          ],
        },
      ],
    }),
    "SELECT count(*) FROM products WHERE price > 100.5 OR stock < 5",
  ],
  [
    "a comparison with the average",
    plan("products", [aggregate("count")], {
      where: [
        {
          kind: "measured",
          column: ref("products.price"),
          op: ">",
          query: query("products", [aggregate("avg", [column("products.price")])]),
        },
      ],
    }),
    "SELECT count(*) FROM products WHERE price > (SELECT avg(price) FROM products)",
  ],
  [
    "membership in a limited list",
    plan("customers", [aggregate("count")], {
      where: [
        {
          kind: "member",
          column: ref("customers.id"),
          op: "in",
          query: query("orders", ["orders.customer_id"], {
            orderBy: [{ value: column("orders.id"), direction: "asc" }],
            limit: 9,
          }),
        },
      ],
    }),
    "SELECT count(*) FROM customers WHERE id IN (SELECT customer_id FROM orders ORDER BY id LIMIT 9)",
  ],
  [
    "exclusion by a list",
    plan("customers", [aggregate("count")], {
      where: [
        { kind: "member", column: ref("customers.id"), op: "not in", query: query("orders", ["orders.customer_id"]) },
      ],
    }),
    "SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
  ],
  [
    "exclusion by a list with missing values",
    plan("customers", [aggregate("count")], {
      where: [
        {
          kind: "member",
          column: ref("customers.id"),
          op: "not in",
          query: query("customers", ["orders.customer_id"], {
            joins: [join("orders", "customer_id", "customers.id", { optional: true })],
          }),
        },
      ],
    }),
    "SELECT count(*) FROM customers WHERE NOT EXISTS (SELECT FROM orders WHERE customer_id = customers.id)",
  ],
  [
    "a query as a source",
    plan(
      {
        as: "per_customer",
        query: query("orders", [column("orders.customer_id"), aggregate("count")], {
          groupBy: [column("orders.customer_id")],
        }),
      },
      [aggregate("avg", [column("per_customer.b")])],
    ),
    "SELECT avg(n) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id) AS t",
  ],
  [
    "optional joins with counted keys",
    plan(
      "customers",
      [
        "customers.id",
        aggregate("count", [column("orders.id"), column("orders.customer_id")], true),
        aggregate("count", [column("orders.id"), column("orders.customer_id")]),
      ],
      {
        joins: [join("orders", "customer_id", "customers.id", { optional: true })],
        groupBy: [column("customers.id")],
        orderBy: [{ value: column("customers.id"), direction: "asc" }],
      },
    ),
    "SELECT c.id, count(o.id), count(o.id) FROM customers c LEFT JOIN orders o ON customer_id = c.id GROUP BY c.id ORDER BY c.id",
  ],
  [
    "an offset",
    plan("products", ["products.name"], {
      orderBy: [
        { value: column("products.price"), direction: "desc" },
        { value: column("products.id"), direction: "asc" },
      ],
      limit: 1,
      offset: 1,
    }),
    "SELECT name FROM products ORDER BY price DESC, id LIMIT 1 OFFSET 1",
  ],
  ...(["union", "intersect", "except"] as const).map((op): [string, QueryPlan, string] => [
    op,
    plan("customers", ["customers.country"], {
      where: [{ kind: "column", column: ref("customers.city"), op: "starts with", value: "B" }],
      combine: [
        {
          op,
          query: query("orders", ["customers.country"], {
            joins: customersOfOrders,
            where: [
              { kind: "column", column: ref("orders.status"), op: "=", value: "RETURNED", ignoreCase: true },
              { kind: "column", column: ref("customers.id"), op: "<", value: 60 },
            ],
          }),
        },
      ],
      orderBy: [{ value: column("customers.country"), direction: "desc" }],
      limit: 3,
    }),
    `SELECT country FROM customers WHERE city LIKE 'B%' ${op} SELECT country FROM orders o, customers c WHERE c.id = customer_id AND status = 'returned' AND c.id < 60 ORDER BY 1 DESC LIMIT 3`,
  ]),
  [
    "set operations from the first to the last",
    plan("customers", ["customers.id"], {
      combine: [
        { op: "except", query: query("orders", ["orders.customer_id"]) },
        { op: "intersect", query: query("products", ["products.id"]) },
      ],
      orderBy: [{ value: column("customers.id"), direction: "asc" }],
    }),
    "SELECT id FROM customers c WHERE NOT EXISTS (SELECT FROM orders WHERE customer_id = c.id) AND id IN (SELECT id FROM products) ORDER BY id",
  ],
  [
    "sorted distinct computed values",
    plan("orders", [month], { distinct: true, orderBy: [{ value: month, direction: "asc" }] }),
    "SELECT DISTINCT to_char(ordered_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM orders ORDER BY 1",
  ],
  [
    "instants",
    plan("orders", [aggregate("count")], {
      where: [{ kind: "column", column: ref("orders.ordered_at"), op: "<", value: "2024-05-01T10:00:00+02:00" }],
    }),
    "SELECT count(*) FROM orders WHERE ordered_at < '2024-05-01 08:00:00+00'",
  ],
];

describe("PostgreSQL compiler", () => {
  let shop: TestShop;
  let schema: DatabaseSchema;
  before(async () => {
    shop = await startShop();
    schema = await shop.connector.schema("shop");
  });
  after(() => shop.close());

  const answer = async (value: QueryPlan) => {
    const parsed = queryPlan.parse(value);
    expect(problemsOf(parsed, schema)).to.deep.equal([]);
    const { sql, params } = compile(parsed, schema);
    return { sql, rows: await shop.run(sql, params) };
  };

  for (const [what, value, control] of plans) {
    it(`returns the rows of a hand-written query for ${what}`, async () => {
      const { sql, rows } = await answer(value);
      const expected = await shop.run(control);
      const numeric = (text: unknown) => (typeof text === "string" && /^-?\d+\.\d+$/.test(text) ? Number(text) : text);
      expect(
        rows.map((row) => row.map(numeric)),
        sql,
      ).to.deep.equal(expected.map((row) => row.map(numeric)));
      expect(rows).not.to.be.empty;
    });
  }

  it("quotes the alias of a table", async () => {
    const { rows } = await answer(
      plan(table("customers", 'o"; --'), [aggregate("count")], {
        where: [
          {
            kind: "column",
            column: { source: 'o"; --', column: "name" },
            op: "=",
            value: "'; DROP TABLE customers; --",
          },
        ],
      }),
    );
    expect(rows).to.deep.equal([[0]]);
  });
});
