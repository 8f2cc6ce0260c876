import type { Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { expect } from "chai";
import { describeDifference } from "../../../bench/nlq/compare-results.ts";
import { startSourceDatabases, stopSourceDatabases } from "../support/asked-databases.ts";
import { gatewayClient, type Gateway } from "../support/gateway.ts";
import { untilReady } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { stack } from "./stack.ts";

/** Questions, and SQL for the right rows; their order matters where the list says so. */
const questions: readonly { readonly ask: string; readonly gold: string; readonly ordered?: true }[] = [
  { ask: "How many customers do we have?", gold: "SELECT count(*) FROM customers" },
  { ask: "How many customers come from Germany?", gold: "SELECT count(*) FROM customers WHERE country = 'Germany'" },
  {
    ask: "How many different countries do our customers come from?",
    gold: "SELECT count(DISTINCT country) FROM customers",
  },
  { ask: "How many products cost less than 20 euros?", gold: "SELECT count(*) FROM products WHERE price < 20" },
  {
    ask: "How many orders did customers from Sweden place?",
    gold: "SELECT count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Sweden'",
  },
  {
    ask: "names and emails of customers in France",
    gold: "SELECT name, email FROM customers WHERE country = 'France'",
  },
  { ask: "products that cost more than 100", gold: "SELECT name FROM products WHERE price > 100" },
  { ask: "orders placed since March 2025", gold: "SELECT id FROM orders WHERE ordered_at >= '2025-03-01'" },
  { ask: "number of orders per status", gold: "SELECT status, count(*) FROM orders GROUP BY status" },
  {
    ask: "average price of products per category",
    gold: "SELECT c.name, avg(price) FROM products JOIN categories c ON c.id = category_id GROUP BY c.name",
  },
  {
    ask: "countries with more than 50 customers",
    gold: "SELECT country FROM customers GROUP BY country HAVING count(*) > 50",
  },
  {
    ask: "the 3 most expensive products",
    gold: "SELECT name FROM products ORDER BY price DESC LIMIT 3",
    ordered: true,
  },
  {
    ask: "products that cost more than the average",
    gold: "SELECT name FROM products WHERE price > (SELECT avg(price) FROM products)",
  },
  {
    ask: "the cheapest product in Books",
    gold: "SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books' ORDER BY price LIMIT 1",
  },
  {
    ask: "orders per month in 2024",
    gold: "SELECT to_char(ordered_at, 'YYYY-MM') AS month, count(*) FROM orders WHERE to_char(ordered_at, 'YYYY') = '2024' GROUP BY month ORDER BY month",
    ordered: true,
  },
  {
    ask: "revenue per category",
    gold: "SELECT c.name, sum(quantity * unit_price) FROM order_items JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id GROUP BY c.name",
  },
  {
    ask: "products in Toys sorted by price",
    gold: "SELECT p.name, price FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' ORDER BY price",
    ordered: true,
  },
  {
    ask: "customers with more than 10 orders",
    gold: "SELECT name FROM customers c WHERE (SELECT count(*) FROM orders WHERE customer_id = c.id) > 10",
  },
  {
    ask: "minimum and maximum price of electronics",
    gold: "SELECT min(price), max(price) FROM products JOIN categories c ON c.id = category_id WHERE c.name = 'Electronics'",
  },
  {
    ask: "products of the category Toys that are out of stock",
    gold: "SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' AND stock = 0",
  },
];

/** Rows that PostgreSQL returns to its administrator. */
async function goldRows(sql: string): Promise<Table> {
  const asJson = `SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (${sql}) rows`;
  return (JSON.parse(await psql("shop", asJson)) as object[]).map((row): unknown[] => Object.values(row));
}

describe("Databases of three kinds on a real Kubernetes", function () {
  this.timeout(300_000);
  let gateway: Gateway;

  /**
   * The stand-in for MongoDB scans a collection for each joined row, and may exceed the time limit on a busy machine.
   */
  const answer = async (query: string, datasource: string, attempts = 5): Promise<{ rows: Table }> => {
    try {
      return await gateway.post<{ rows: Table }>("/api/query", { query, datasource });
    } catch (error) {
      if (attempts === 1 || !(error as Error).message.includes('"layer":"time limit"')) throw error;
      return answer(query, datasource, attempts - 1);
    }
  };

  before(async () => {
    const databases = await startSourceDatabases();
    // The network and the connector allow these addresses from now on.
    await stack.up({
      "chatdb:dataSources.added": {
        ranges: databases.map(({ host }) => `${host}/32`),
        ports: databases.map(({ port }) => port),
      },
    });
    await untilReady();
    gateway = gatewayClient();
    for (const database of databases) await gateway.post("/api/datasources", database);
  });
  after(async () => {
    gateway?.close();
    await stopSourceDatabases();
  });

  for (const datasource of ["shop", "asked-mysql", "asked-mongodb"]) {
    describe(`questions through the gateway to ${datasource}`, () => {
      for (const { ask, gold, ordered } of questions) {
        it(ask, async () => {
          const right = await goldRows(gold);
          const { rows } = await answer(ask, datasource);
          expect(rows).to.not.be.empty;
          expect(
            describeDifference(ordered ? right.map((row) => [row]) : [right], rows, { extraColumns: true }),
          ).to.equal(undefined);
        });
      }
    });
  }
});
