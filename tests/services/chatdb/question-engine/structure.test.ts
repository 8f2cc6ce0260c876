import { compile } from "../../../../services/chatdb/question-engine/compile/postgresql.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { understand } from "@chatdb/question-engine/understand.ts";
import { expect } from "chai";
import type { TestShop } from "../support/shop.ts";
import { withShop } from "./with-database.ts";

const toys = "(SELECT p.id, p.price FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys')";
const books = "(SELECT p.id, p.price FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books')";
const bought = (category: string) =>
  `(SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = '${category}')`;
const withOrder = (status: string) => `(SELECT customer_id FROM orders WHERE status = '${status}')`;

/** Questions and SQL for them that was written by hand. */
const questions: Record<string, [question: string, sql: string][]> = {
  "comparisons with one value of several rows": [
    [
      "products more expensive than the most expensive toy",
      `SELECT * FROM products WHERE price > (SELECT max(price) FROM ${toys} AS t)`,
    ],
    ["products cheaper than every book", `SELECT * FROM products WHERE price < (SELECT min(price) FROM ${books} AS b)`],
    ["products cheaper than some book", `SELECT * FROM products WHERE price < (SELECT max(price) FROM ${books} AS b)`],
    [
      "products with a higher price than all books",
      `SELECT * FROM products WHERE price > (SELECT max(price) FROM ${books} AS b)`,
    ],
    ["products with less stock than average", "SELECT * FROM products WHERE stock < (SELECT avg(stock) FROM products)"],
    [
      "toys that cost more than the average toy",
      `SELECT * FROM products WHERE id IN (SELECT id FROM ${toys} AS t) AND price > (SELECT avg(price) FROM ${toys} AS t)`,
    ],
    [
      "toys that are pricier than books on average",
      `SELECT * FROM products WHERE id IN (SELECT id FROM ${toys} AS t) AND price > (SELECT avg(price) FROM ${books} AS b)`,
    ],
  ],
  "what no row can be at once": [
    [
      "customers with a cancelled order and a returned order",
      `SELECT * FROM customers WHERE id IN ${withOrder("cancelled")} AND id IN ${withOrder("returned")}`,
    ],
    [
      "countries that have both customers from Paris and customers from Lyon",
      "SELECT country FROM customers WHERE city = 'Paris' INTERSECT SELECT country FROM customers WHERE city = 'Lyon'",
    ],
    [
      "products that cost less than 10 and products that cost more than 100",
      "SELECT * FROM products WHERE price < 10 OR price > 100",
    ],
  ],
  "what only other rows can be": [
    ["orders with status shipped and status pending", "SELECT * FROM orders WHERE status IN ('shipped', 'pending')"],
  ],
  "the first of each group": [
    [
      "the most expensive product of each category",
      "SELECT c.name, p.name FROM products p JOIN categories c ON c.id = category_id WHERE price = (SELECT max(price) FROM products WHERE category_id = c.id)",
    ],
    [
      "the 3 cheapest products in each category",
      "SELECT c, p FROM (SELECT c.name AS c, p.name AS p, rank() OVER (PARTITION BY c.id ORDER BY price) AS place FROM products p JOIN categories c ON c.id = category_id) AS ranked WHERE place <= 3",
    ],
    [
      "the newest customer of each country",
      "SELECT country, name FROM customers c WHERE created_at = (SELECT max(created_at) FROM customers WHERE country = c.country)",
    ],
    [
      "most expensive product of each category with more than 10 in stock",
      "SELECT c.name, p.name FROM products p JOIN categories c ON c.id = category_id WHERE stock > 10 AND price = (SELECT max(price) FROM products WHERE category_id = c.id AND stock > 10)",
    ],
  ],
  "what must not be": [
    [
      "customers who bought books but no toys",
      `SELECT * FROM customers WHERE id IN ${bought("Books")} AND id NOT IN ${bought("Toys")}`,
    ],
    [
      "customers with shipped but no cancelled orders",
      `SELECT * FROM customers WHERE id IN ${withOrder("shipped")} AND id NOT IN ${withOrder("cancelled")}`,
    ],
    [
      "customers with no orders in 2024",
      "SELECT * FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE extract(year FROM ordered_at AT TIME ZONE 'UTC') = 2024)",
    ],
    [
      "countries that have customers in Lyon but not in Paris",
      "SELECT country FROM customers WHERE city = 'Lyon' EXCEPT SELECT country FROM customers WHERE city = 'Paris'",
    ],
    [
      "which countries have no customers in Paris",
      "SELECT country FROM customers EXCEPT SELECT country FROM customers WHERE city = 'Paris'",
    ],
  ],
};

describe("the likeliest meaning of a question with structure", () => {
  let shop: TestShop;
  let index: SchemaIndex;
  withShop((started, ofShop) => void ([shop, index] = [started, ofShop]));

  for (const [kind, cases] of Object.entries(questions)) {
    describe(kind, () => {
      for (const [question, control] of cases) {
        it(question, async () => {
          const [likeliest] = understand(question, index);
          const { sql, params } = compile(likeliest!.plan, index.schema);
          const [answer, expected] = [await shop.run(sql, params), await shop.run(control)];
          expect(answer.sort(), sql).to.deep.equal(expected.sort());
        });
      }
    });
  }
});
