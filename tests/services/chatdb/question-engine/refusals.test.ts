import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { parse, parsePlan } from "@chatdb/question-engine/parse.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { expect } from "chai";
import { startShop } from "../support/shop.ts";

/**
 * Questions that must not be answered, with what has to be said: of the words, of the reason, or by a reading that is
 * offered.
 */
const refused: [question: string, said: RegExp, defect?: string][] = [
  ["what is the weather in Berlin", /weather/],
  ["why are there customers in Germany", /why/],
  ["percentage of shipped orders", /percentage/],
  ["only the customers with gold cards", /gold/],
  ["customers with more orders than customers in France", /more/],
  ["orders on 2024-02-30", /2024-02-30/],
  ["products sorted by stock, newest first", /not sure/, "new is taken for ordered last, surely"],
  ["which city and country is the Alton shop in", /shop/],
  ["total name of customers", /total/],
  ["products with no stock", /no/],
  ["customers without email", /without/],
  ["products with price over cheap", /cheap/],
  ["???", /what to show/],
  ["products over 100", /price is more than 100[^]*stock is more than 100/],
  ["products between 10 and 20", /price is between 10 and 20[^]*stock is between 10 and 20/],
  ["delete all customers", /delete/],
  ["drop table customers", /drop/],
  ["customers'; drop table customers; --", /drop/],
  ["customers in Atlantis", /Atlantis/, "a place that nothing is in is taken for a name"],
  ["customers whose id is Anna", /Anna/, "the condition is passed over"],
  ["countries without customers", /without/],
  ["customers and orders", /orders/],
  ["number of orders and number of shipped orders per customer", /shipped/],
  ["number of orders per customer sorted by number of shipped orders", /shipped/, "shipped is taken for both numbers"],
  ["top 10 products", /price[^]*stock/, "the top of which order is not asked"],
  ["list all names", /customer[^]*product/, "one of three tables is taken, surely"],
  ["total price per order", /unit_price[^]*price/, "prices of the products are taken for those of the order, surely"],
  ["total stock per order", /stock/, "stocks of the products are taken for those of the order, surely"],
  ["orders with more than 20 customers", /customers/, "an order has one customer"],
];

describe("a refusal", () => {
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

  for (const [question, said, defect] of refused) {
    (defect === undefined ? it : it.skip)(defect === undefined ? question : `${question} (defect: ${defect})`, () => {
      const { message, words, alternatives } = refusalOf(question);
      expect([message, ...words, ...alternatives.map(({ reading }) => reading)].join("\n")).to.match(said);
    });
  }

  it("names the words and offers alternatives whose plans are accepted as they are", () => {
    const { words, alternatives } = refusalOf("shipped zorgle orders in Germany");
    expect(words).to.deep.equal(["zorgle"]);
    expect(alternatives.map(({ reading }) => reading)).to.include(
      'Orders whose status is "shipped" and whose customer\'s country is "Germany".',
    );
    expect(alternatives.map(({ confidence }) => confidence)).to.satisfy((given: number[]) =>
      given.every((each, at) => each <= (given[at - 1] ?? 1)),
    );
    for (const { plan, reading } of alternatives)
      expect(parsePlan(plan, index)).to.deep.include({ plan, reading, confidence: 1 });
  });

  it("suggests names if no reading is close", () => {
    expect(refusalOf("wheather").hints.join()).to.contain("customers");
    expect(refusalOf("sing me a song").alternatives).to.deep.equal([]);
  });

  it.skip("refuses two tables that two keys link (defect: the first key is taken)", () => {
    const orders = schema.tables.find(({ name }) => name === "orders")!;
    const twice = {
      ...orders,
      foreignKeys: [...orders.foreignKeys, { ...orders.foreignKeys[0]!, columns: ["status"] }],
    };
    const ambiguous = new SchemaIndex({
      ...schema,
      tables: schema.tables.map((table) => (table === orders ? twice : table)),
    });
    expect(() => parse("orders of customers in Germany", ambiguous)).to.throw(Refusal, /customer_id or by status/);
  });

  it("names tables that no key links", () => {
    const loose = new SchemaIndex({
      ...schema,
      tables: schema.tables.map((table) => ({
        ...table,
        foreignKeys: [],
        columns: table.columns.filter(({ name }) => !name.endsWith("_id")),
      })),
    });
    expect(() => parse("number of orders per customer", loose)).to.throw(Refusal);
  });

  it("lists every fault of a submitted plan", () => {
    for (const plan of [
      {},
      [],
      null,
      "customers",
      { from: "constructor" },
      JSON.parse('{"__proto__": {"from": "customers"}}'),
    ] as unknown[]) {
      expect(() => parsePlan(plan, index), JSON.stringify(plan)).to.throw(Refusal, /does not fit shop/);
    }
  });
});
