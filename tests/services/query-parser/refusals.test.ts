import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { parse } from "@chatdb/query-parser/parse.ts";
import { Refusal } from "@chatdb/query-parser/refusal.ts";
import { SchemaIndex } from "@chatdb/query-parser/linking/schema-index.ts";
import { expect } from "chai";
import { startShop } from "../support/shop.ts";

/** Questions that must not be answered, with the words, or why. */
const refused: [question: string, reason: RegExp][] = [
  ["what is the weather in Berlin", /weather/],
  ["custmers in Germany", /custmers/],
  ["customers in Atlantis", /Atlantis/],
  ["delete all customers", /delete/],
  ["drop table customers", /drop/],
  ["customers and orders", /orders/],
  ["where do customers live", /where/],
  ["when was the last order", /when/],
  ["are there customers in Germany", /are/],
  ["why are there customers in Germany", /why/],
  ["average number of orders per customer", /average/],
  ["products with price over the average", /average/],
  ["products never ordered", /never/],
  ["products ordered by customers in Germany", /ordered/],
  ["customers who bought products in Books", /bought/],
  ["number of orders per month", /month/],
  ["percentage of shipped orders", /percentage/],
  ["customers in Germany but not in Berlin", /but/],
  ["products with price over 100 or stock under 5", /or/],
  ["customers in Germany or with name Anna", /or/],
  ["only the customers with gold cards", /gold/],
  ["customers with more orders than customers in France", /more/],
  ["orders 2024", /2024/],
  ["orders on 2024-02-30", /2024-02-30/],
  ["orders from 2024-05-01", /2024-05-01/],
  ["orders until 2024", /2024/],
  ["products sorted by stock, newest first", /newest/],
  ["number of orders and number of shipped orders per customer", /different rows/],
  ["number of orders per customer sorted by number of shipped orders", /different rows/],
  ["top 10 products", /by what/],
  ["products over 100", /price or products\.stock/],
  ["products between 10 and 20", /price or products\.stock/],
  ["orders of customers in 2024", /created_at or orders\.ordered_at/],
  ["list all names", /categories\.name or customers\.name or products\.name/],
  ["in Germany", /what to show/],
  ["customers with price over 100", /price/],
  ["customers in Books", /Books/],
  ["number of products per country", /country/],
  ["total price per order", /unit_price or products\.price/],
  ["total stock per order", /several times/],
  ["average price of products with orders", /several/],
  ["names of customers and their total quantity", /names/],
  ["countries without customers", /has no customers/],
  ["cities with less than 5 orders", /has no orders/],
  ["which city and country is the Alton shop in", /Alton/],
  ["total name of customers", /not a number/],
  ["how many stock", /stock is a number/],
  ["orders with status shipped and status pending", /two values/],
  ["most expensive product per category", /for each category/],
  ["quantity per order", /for each order/],
  ["number of customers sorted by name", /no order/],
  ["orders with more than 20 customers", /no number of customers/],
  ["products with no stock", /stock/],
  ["customers without email", /email/],
  ["countries sorted by name", /name/],
  ["customers whose id is Anna", /id/],
  ["products with price over cheap", /price/],
  ["select * from customers", /\*/],
  ["customers'; drop table customers; --", /drop/],
  ["???", /what to show/],
];

describe("questions that are refused", () => {
  let schema: DatabaseSchema;
  let index: SchemaIndex;
  before(async () => {
    const shop = await startShop();
    schema = await shop.connector.schema("shop");
    index = new SchemaIndex(schema);
    await shop.close();
  });

  const refusalOf = (question: string): Refusal => {
    try {
      parse(question, index);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    throw new Error(`Not refused: ${question}: ${parse(question, index).reading}`);
  };

  for (const [question, reason] of refused) {
    it(question, () => expect(refusalOf(question).message).to.match(reason));
  }

  it("name the words, say what was understood, and suggest", () => {
    const { words, understood, hints } = refusalOf("shipped ordrs in Germany");
    expect(words).to.deep.equal(["ordrs"]);
    expect(understood).to.include("Germany");
    expect(hints).to.deep.equal(['Did you mean orders by "ordrs"?']);
    expect(refusalOf("what is the weather").hints.join()).to.contain("customers");
  });

  it("refuses two tables that two keys link", () => {
    const orders = schema.tables.find(({ name }) => name === "orders")!;
    const twice = { ...orders, foreignKeys: [...orders.foreignKeys, { ...orders.foreignKeys[0]!, columns: ["status"] }] };
    const ambiguous = new SchemaIndex({ ...schema, tables: schema.tables.map((table) => (table === orders ? twice : table)) });
    expect(() => parse("orders of customers in Germany", ambiguous)).to.throw(Refusal, /customer_id or by status/);
  });

  it("refuses tables that no key links", () => {
    const loose = new SchemaIndex({ ...schema, tables: schema.tables.map((table) => ({ ...table, foreignKeys: [] })) });
    expect(() => parse("number of orders per customer", loose)).to.throw(Refusal, /no key links them/);
  });
});
