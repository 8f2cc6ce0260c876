import type { SqlStatement } from "@chatdb/contracts/query.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { parse, planFrom } from "@chatdb/question-engine/parse.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { expect } from "chai";
import type { TestShop } from "../support/shop.ts";
import { aggregate, column, join, plan, ref } from "./plan/shop-plans.ts";
import { withShop } from "./with-database.ts";

const now = new Date("2025-06-30T00:00:00Z");

const is = (text: string, value: string | number, op: "=" | ">" | "<" = "=") => ({
  kind: "column" as const,
  column: ref(text),
  op,
  value,
});
const since = (text: string, from: string, to: string) => [
  { kind: "column" as const, column: ref(text), op: ">=" as const, value: from },
  { kind: "column" as const, column: ref(text), op: "<" as const, value: to },
];

const customerColumns = ["id", "name", "email", "city", "country", "created_at"].map((name) => `customers.${name}`);
const productColumns = ["id", "name", "category_id", "price", "stock"].map((name) => `products.${name}`);
const orderColumns = ["id", "customer_id", "ordered_at", "status"].map((name) => `orders.${name}`);
const count = aggregate("count");

const germans = plan("customers", customerColumns, { where: [is("customers.country", "Germany")] });
const dear = plan("products", productColumns, { where: [is("products.price", 50, ">")] });
const in2024 = plan("orders", orderColumns, { where: since("orders.ordered_at", "2024-01-01", "2025-01-01") });
const perCountry = plan("customers", ["customers.country", count], { groupBy: [column("customers.country")] });
const averagePrice = plan("products", [aggregate("avg", [column("products.price")])]);
const best = plan("orders", ["customers.name", count], {
  joins: [join("customers", "id", "orders.customer_id")],
  groupBy: [column("customers.id"), column("customers.name")],
  orderBy: [{ value: count, direction: "desc" }],
  limit: 5,
});

/**
 * Conversations: the plan they begin with, and what is asked then, each with SQL that was written for it by hand. The
 * order of rows counts where that SQL has one.
 */
const conversations: Record<string, [before: QueryPlan, ...turns: [question: string, sql: string][]][]> = {
  "conditions that take the place of others": [
    [
      germans,
      ["and in France?", "SELECT * FROM customers WHERE country = 'France'"],
      ["what about the United Kingdom", "SELECT * FROM customers WHERE country = 'United Kingdom'"],
    ],
    [
      in2024,
      ["what about 2023?", "SELECT * FROM orders WHERE ordered_at >= '2023-01-01' AND ordered_at < '2024-01-01'"],
      ["and last year?", "SELECT * FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01'"],
    ],
    [
      dear,
      ["and over 100?", "SELECT * FROM products WHERE price > 100"],
      ["and under 20?", "SELECT * FROM products WHERE price < 20"],
    ],
  ],
  "conditions that are added": [
    [
      dear,
      ["only those under 100", "SELECT * FROM products WHERE price > 50 AND price < 100"],
      [
        "only those in Toys",
        "SELECT p.* FROM products p JOIN categories c ON c.id = category_id WHERE price > 50 AND price < 100 AND c.name = 'Toys'",
      ],
    ],
    [
      germans,
      ["but not in Berlin", "SELECT * FROM customers WHERE country = 'Germany' AND city <> 'Berlin'"],
      ["only those in Munich", "SELECT * FROM customers WHERE city = 'Munich'"],
    ],
    [
      in2024,
      [
        "only shipped ones",
        "SELECT * FROM orders WHERE extract(year FROM ordered_at AT TIME ZONE 'UTC') = 2024 AND status = 'shipped'",
      ],
      [
        "also pending ones",
        "SELECT * FROM orders WHERE extract(year FROM ordered_at AT TIME ZONE 'UTC') = 2024 AND status IN ('shipped', 'pending')",
      ],
    ],
    [
      germans,
      [
        "those without orders",
        "SELECT * FROM customers WHERE country = 'Germany' AND id NOT IN (SELECT customer_id FROM orders)",
      ],
    ],
    [
      germans,
      [
        "those with more than 3 orders",
        "SELECT * FROM customers WHERE country = 'Germany' AND (SELECT count(*) FROM orders WHERE customer_id = customers.id) > 3",
      ],
    ],
    [
      perCountry,
      ["only those with more than 50", "SELECT country, count(*) FROM customers GROUP BY 1 HAVING count(*) > 50"],
      ["at least 40", "SELECT country, count(*) FROM customers GROUP BY 1 HAVING count(*) >= 40"],
    ],
  ],
  "conditions that are dropped": [
    [germans, ["in all countries", "SELECT * FROM customers"]],
    [in2024, ["of all time", "SELECT * FROM orders"]],
    [
      plan("orders", orderColumns, {
        joins: [join("customers", "id", "orders.customer_id")],
        where: [is("customers.country", "Spain"), is("orders.status", "shipped")],
      }),
      [
        "regardless of the status",
        "SELECT orders.* FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Spain'",
      ],
      ["no filters", "SELECT * FROM orders"],
    ],
  ],
  "order and limit": [
    [
      germans,
      ["sort by email", "SELECT * FROM customers WHERE country = 'Germany' ORDER BY email"],
      ["the other way round", "SELECT * FROM customers WHERE country = 'Germany' ORDER BY email DESC"],
      ["top 5", "SELECT * FROM customers WHERE country = 'Germany' ORDER BY email DESC LIMIT 5"],
      ["show all", "SELECT * FROM customers WHERE country = 'Germany' ORDER BY email DESC"],
    ],
    [
      in2024,
      [
        "newest first",
        "SELECT * FROM orders WHERE extract(year FROM ordered_at AT TIME ZONE 'UTC') = 2024 ORDER BY ordered_at DESC",
      ],
      [
        "only the first",
        "SELECT * FROM orders WHERE extract(year FROM ordered_at AT TIME ZONE 'UTC') = 2024 ORDER BY ordered_at DESC LIMIT 1",
      ],
    ],
    [
      best,
      [
        "and the top 10?",
        "SELECT name, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY 2 DESC LIMIT 10",
      ],
      [
        "bottom 3",
        "SELECT name, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY 2 LIMIT 3",
      ],
    ],
    [
      best,
      [
        "sort by name",
        "SELECT * FROM (SELECT name, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY 2 DESC LIMIT 5) AS best ORDER BY name",
      ],
      ["how many?", "SELECT 5"],
    ],
    [
      perCountry,
      ["sort by number", "SELECT country, count(*) FROM customers GROUP BY 1 ORDER BY 2"],
      ["descending", "SELECT country, count(*) FROM customers GROUP BY 1 ORDER BY 2 DESC"],
    ],
  ],
  counting: [
    [
      germans,
      ["how many?", "SELECT count(*) FROM customers WHERE country = 'Germany'"],
      ["and in France?", "SELECT count(*) FROM customers WHERE country = 'France'"],
      ["who are they?", "SELECT * FROM customers WHERE country = 'France'"],
    ],
    [germans, ["how many of them are in Berlin?", "SELECT count(*) FROM customers WHERE city = 'Berlin'"]],
    [perCountry, ["how many are there?", "SELECT count(DISTINCT country) FROM customers"]],
  ],
  columns: [
    [
      germans,
      ["just the names", "SELECT name FROM customers WHERE country = 'Germany'"],
      ["and their emails", "SELECT name, email FROM customers WHERE country = 'Germany'"],
      ["with the city too", "SELECT name, email, city FROM customers WHERE country = 'Germany'"],
    ],
    [
      plan("products", ["products.name"], { where: [is("products.price", 50, ">")] }),
      ["with the price", "SELECT name, price FROM products WHERE price > 50"],
      [
        "with the category",
        "SELECT p.name, price, c.name FROM products p JOIN categories c ON c.id = category_id WHERE price > 50",
      ],
    ],
  ],
  groups: [
    [
      germans,
      ["per city", "SELECT city, count(*) FROM customers WHERE country = 'Germany' GROUP BY 1"],
      ["and in France?", "SELECT city, count(*) FROM customers WHERE country = 'France' GROUP BY 1"],
    ],
    [
      averagePrice,
      [
        "break it down by category",
        "SELECT c.name, avg(price) FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id",
      ],
    ],
    [
      plan("orders", [count]),
      [
        "by month",
        "SELECT to_char(ordered_at AT TIME ZONE 'UTC', 'YYYY-MM'), count(*) FROM orders GROUP BY 1 ORDER BY 1",
      ],
      ["per status instead", "SELECT status, count(*) FROM orders GROUP BY 1"],
      [
        "in 2024",
        "SELECT status, count(*) FROM orders WHERE extract(year FROM ordered_at AT TIME ZONE 'UTC') = 2024 GROUP BY 1",
      ],
    ],
  ],
  measures: [
    [
      averagePrice,
      ["and the maximum?", "SELECT max(price) FROM products"],
      ["sum instead", "SELECT sum(price) FROM products"],
    ],
    [dear, ["and the average price?", "SELECT avg(price) FROM products WHERE price > 50"]],
  ],
  "another thing": [
    [
      germans,
      [
        "and the orders?",
        "SELECT orders.* FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Germany'",
      ],
      [
        "by status",
        "SELECT status, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Germany' GROUP BY 1",
      ],
    ],
  ],
};

describe("follow-up questions", () => {
  let shop: TestShop;
  let index: SchemaIndex;
  withShop((started, ofShop) => void ([shop, index] = [started, ofShop]));

  const rowsOf = async ({ sql, params }: SqlStatement) => await shop.run(sql, params);
  const refusalOf = (question: string, follows: QueryPlan) => {
    try {
      parse(question, index, now, follows);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    throw new Error(`${question} is not refused`);
  };

  for (const [kind, cases] of Object.entries(conversations)) {
    describe(kind, () => {
      for (const [first, ...turns] of cases) {
        it(turns.map(([question]) => question).join(" >> "), async () => {
          let follows = first;
          for (const [question, control] of turns) {
            const { plan: next, statement, reading } = parse(question, index, now, follows);
            const [answer, expected] = [await rowsOf(statement as SqlStatement), await shop.run(control)];
            const isOrdered = control.includes("ORDER BY");
            expect(isOrdered ? answer : sorted(answer), `${question}: ${reading}`).to.deep.equal(
              isOrdered ? expected : sorted(expected),
            );
            expect(planFrom(JSON.parse(JSON.stringify(next)), index)).to.deep.equal(next);
            follows = next;
          }
        });
      }
    });
  }

  it("get a clarification if they contain no known word", () => {
    for (const vague of [
      "why?",
      "and now?",
      "really?",
      "thanks",
      "hm",
      "and blorb?",
      "explain",
      "?",
      "and",
      "delete them",
    ]) {
      expect(refusalOf(vague, germans).message, vague).to.match(/^I (did not understand|am not sure)/);
    }
    expect(refusalOf("why?", germans).hints.join()).to.contain("sort by");
  });

  it("get a clarification with both readings if they are ambiguous", () => {
    const { alternatives } = refusalOf(
      "and in France?",
      plan("customers", ["customers.name"], { where: [is("customers.city", "Berlin")] }),
    );
    expect(alternatives.slice(0, 2).map(({ reading }) => reading)).to.deep.equal([
      'The names of customers whose country is "France".',
      'The names of customers whose city is "Berlin" and whose country is "France".',
    ]);
  });

  it("a complete question starts anew", () => {
    for (const question of [
      "how many products are there",
      "average price per category",
      "products with price over 100",
    ]) {
      expect(parse(question, index, now, germans).plan, question).to.deep.equal(parse(question, index, now).plan);
    }
  });

  it("the previous plan is not changed", () => {
    const copy = structuredClone(best);
    for (const question of ["top 10", "only Germany", "sort by name", "and in 2024", "by country", "how many?"]) {
      try {
        parse(question, index, now, best);
      } catch (error) {
        expect(error).to.be.instanceOf(Refusal);
      }
    }
    expect(best).to.deep.equal(copy);
  });
});

const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
