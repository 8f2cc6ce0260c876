import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { readingOf } from "@chatdb/question-engine/plan/reading.ts";
import { problemsOf } from "../../../../../services/chatdb/question-engine/plan/validate.ts";
import { expect } from "chai";
import { startShop, type TestShop } from "../../support/shop.ts";
import { aggregate, column, join, plan, query, ref } from "./shop-plans.ts";

const count = aggregate("count");
const average = aggregate("avg", [column("products.price")]);
const quantity = aggregate("sum", [column("order_items.quantity")]);
const month = { kind: "period" as const, unit: "month" as const, of: ref("orders.ordered_at") };
const amount = {
  kind: "arithmetic" as const,
  op: "*" as const,
  left: ref("order_items.quantity"),
  right: ref("order_items.unit_price"),
};

const is = (name: string, value: string | number) => ({
  kind: "column" as const,
  column: ref(name),
  op: "=" as const,
  value,
});
const compared = (name: string, op: "<" | "<=" | ">" | ">=" | "<>", value: string | number) => ({
  kind: "column" as const,
  column: ref(name),
  op,
  value,
});
const from = (name: string, first: string, before: string) => [
  compared(name, ">=", first),
  compared(name, "<", before),
];
const asc = (value: QueryPlan["orderBy"][number]["value"]) => ({ value, direction: "asc" as const });
const desc = (value: QueryPlan["orderBy"][number]["value"]) => ({ value, direction: "desc" as const });

const customers = ["id", "name", "email", "city", "country", "created_at"].map((name) => `customers.${name}`);
const products = ["id", "name", "category_id", "price", "stock"].map((name) => `products.${name}`);
const orders = ["id", "customer_id", "ordered_at", "status"].map((name) => `orders.${name}`);
const ordersOfCustomers = { joins: [join("customers", "id", "orders.customer_id")] };
const customerKeys = [column("customers.id"), column("customers.name")];
const itemsOfCategories = {
  joins: [join("products", "id", "order_items.product_id"), join("categories", "id", "products.category_id")],
};

/** A condition that so many products of the same category cost more. */
const furtherUp = (count: { op: "=" | "<"; value: number }, where: ReturnType<typeof is>[] = []) => ({
  kind: "related" as const,
  joins: [
    {
      as: "products_2",
      schema: "public",
      table: "products",
      on: [{ left: ref("products.category_id"), right: "category_id" }],
    },
  ],
  where,
  against: [{ inner: ref("products_2.price"), op: ">" as const, outer: ref("products.price") }],
  count,
});

const readings: [string, QueryPlan][] = [
  ["Customers.", plan("customers", customers)],
  [
    'Customers whose country is "Germany", sorted by name.',
    plan("customers", customers, {
      where: [is("customers.country", "Germany")],
      orderBy: [asc(column("customers.name"))],
    }),
  ],
  [
    'The names and emails of customers whose city is "Berlin" or "Paris".',
    plan("customers", ["customers.name", "customers.email"], {
      where: [{ kind: "column", column: ref("customers.city"), op: "one of", values: ["Berlin", "Paris"] }],
    }),
  ],
  ["The different countries of customers.", plan("customers", ["customers.country"], { distinct: true })],
  [
    "The names of products, with their category's name.",
    plan("products", ["products.name"], {
      joins: [join("categories", "id", "products.category_id")],
      select: [
        { value: column("products.name"), as: "name" },
        { value: column("categories.name"), as: "category" },
      ],
    }),
  ],
  ["The number of customers.", plan("customers", [count])],
  [
    'The number of orders whose status is "shipped" and that were ordered in May 2024.',
    plan("orders", [count], {
      where: [is("orders.status", "shipped"), ...from("orders.ordered_at", "2024-05-01", "2024-06-01")],
    }),
  ],
  [
    "The number of different countries of customers.",
    plan("customers", [aggregate("count", [column("customers.country")], true)]),
  ],
  [
    "The lowest price, the highest price and the average price of products.",
    plan("products", [
      aggregate("min", [column("products.price")]),
      aggregate("max", [column("products.price")]),
      average,
    ]),
  ],
  ["The total of quantity times unit price of order items.", plan("order_items", [aggregate("sum", [amount])])],
  ["The earliest ordered at of orders.", plan("orders", [aggregate("min", [column("orders.ordered_at")])])],
  [
    "The number of orders for each status.",
    plan("orders", ["orders.status", count], {
      groupBy: [column("orders.status")],
      orderBy: [asc(column("orders.status"))],
    }),
  ],
  [
    "The number of orders for each month of ordered at.",
    plan("orders", [month, count], { groupBy: [month], orderBy: [asc(month)] }),
  ],
  [
    "The average price of products for each category, sorted by the average price (highest first).",
    plan("products", ["categories.id", "categories.name", average], {
      joins: [join("categories", "id", "products.category_id")],
      groupBy: [column("categories.id"), column("categories.name")],
      orderBy: [desc(average)],
    }),
  ],
  [
    "The 5 customers with the most orders.",
    plan("orders", ["customers.id", "customers.name", count], {
      ...ordersOfCustomers,
      groupBy: customerKeys,
      orderBy: [desc(count), asc(column("customers.id"))],
      limit: 5,
    }),
  ],
  [
    'The 5 customers with the most orders that were ordered from 2 May 2024 to 31 May 2024, among those whose country is "France".',
    plan("orders", ["customers.id", "customers.name", count], {
      ...ordersOfCustomers,
      where: [...from("orders.ordered_at", "2024-05-02", "2024-06-01"), is("customers.country", "France")],
      groupBy: customerKeys,
      orderBy: [desc(count)],
      limit: 5,
    }),
  ],
  [
    "The 3 categories with the highest total quantity of order items.",
    plan("order_items", ["categories.id", "categories.name", quantity], {
      ...itemsOfCategories,
      groupBy: [column("categories.id"), column("categories.name")],
      orderBy: [desc(quantity)],
      limit: 3,
    }),
  ],
  [
    "The category with the second lowest average price of products.",
    plan("products", ["categories.id", average], {
      joins: [join("categories", "id", "products.category_id")],
      groupBy: [column("categories.id")],
      orderBy: [asc(average)],
      limit: 1,
      offset: 1,
    }),
  ],
  [
    "The countries with more than 20 customers.",
    plan("customers", ["customers.country"], {
      groupBy: [column("customers.country")],
      having: [{ value: count, op: ">", than: 20 }],
      orderBy: [asc(column("customers.country"))],
    }),
  ],
  [
    "The 5 products with the highest price.",
    plan("products", products, { orderBy: [desc(column("products.price")), asc(column("products.id"))], limit: 5 }),
  ],
  [
    'The name of the product with the lowest price, among those whose category\'s name is "Books".',
    plan("products", ["products.name"], {
      joins: [join("categories", "id", "products.category_id")],
      where: [is("categories.name", "Books")],
      orderBy: [asc(column("products.price"))],
      limit: 1,
    }),
  ],
  [
    "The 3 orders ordered most recently.",
    plan("orders", orders, { orderBy: [desc(column("orders.ordered_at"))], limit: 3 }),
  ],
  [
    "The first 10 customers by name.",
    plan("customers", customers, { orderBy: [asc(column("customers.name"))], limit: 10 }),
  ],
  [
    "Products whose price is more than the average price of products.",
    plan("products", products, {
      where: [{ kind: "measured", column: ref("products.price"), op: ">", query: query("products", [average]) }],
    }),
  ],
  [
    "Customers that have no orders.",
    plan("customers", customers, {
      where: [
        { kind: "member", column: ref("customers.id"), op: "not in", query: query("orders", ["orders.customer_id"]) },
      ],
    }),
  ],
  [
    "Products whose price is the highest for their category.",
    plan("products", products, { where: [furtherUp({ op: "=", value: 0 })] }),
  ],
  [
    "Products whose price is among the 3 highest for their category, among those whose stock is 5.",
    plan("products", products, { where: [furtherUp({ op: "<", value: 3 }, [is("products_2.stock", 5)])] }),
  ],
  [
    'Customers that have at least 2 orders whose status is "shipped".',
    plan("customers", customers, {
      where: [
        {
          kind: "related",
          joins: [join("orders", "customer_id", "customers.id")],
          where: [is("orders.status", "shipped")],
          count: { op: ">=", value: 2 },
        },
      ],
    }),
  ],
  [
    'Orders whose customer id is among the ids of customers whose country is "Italy".',
    plan("orders", orders, {
      where: [
        {
          kind: "member",
          column: ref("orders.customer_id"),
          op: "in",
          query: query("customers", ["customers.id"], { where: [is("customers.country", "Italy")] }),
        },
      ],
    }),
  ],
  [
    "Products for which either price is more than 100 or stock is less than 5.",
    plan("products", products, {
      where: [{ kind: "either", of: [[compared("products.price", ">", 100)], [compared("products.stock", "<", 5)]] }],
    }),
  ],
  [
    'Products whose price is between 10 and 20 and whose name does not contain "Garden".',
    plan("products", products, {
      where: [
        compared("products.price", ">=", 10),
        compared("products.price", "<=", 20),
        { kind: "column", column: ref("products.name"), op: "lacks", value: "Garden" },
      ],
    }),
  ],
  [
    "The number of order items whose unit price is less than the product's price.",
    plan("order_items", [count], {
      joins: [join("products", "id", "order_items.product_id")],
      where: [{ kind: "pair", left: ref("order_items.unit_price"), op: "<", right: ref("products.price") }],
    }),
  ],
  [
    "The average number of orders of customers.",
    plan(
      {
        as: "each",
        query: query("orders", ["orders.customer_id", count], { groupBy: [column("orders.customer_id")] }),
      },
      [aggregate("avg", [column("each.b")])],
    ),
  ],
  [
    "The number of customers with more than 5 orders.",
    plan(
      {
        as: "each",
        query: query("orders", ["customers.id"], {
          ...ordersOfCustomers,
          groupBy: [column("customers.id")],
          having: [{ value: count, op: ">", than: 5 }],
        }),
      },
      [count],
    ),
  ],
  [
    'The cities of customers whose country is "Italy", but not the cities of customers whose country is "Spain", sorted by city.',
    plan("customers", ["customers.city"], {
      where: [is("customers.country", "Italy")],
      combine: [
        { op: "except", query: query("customers", ["customers.city"], { where: [is("customers.country", "Spain")] }) },
      ],
      orderBy: [asc(column("customers.city"))],
    }),
  ],
  [
    "Customers whose email is missing and that were created before 1 January 2024.",
    plan("customers", customers, {
      where: [
        { kind: "column", column: ref("customers.email"), op: "missing" },
        compared("customers.created_at", "<", "2024-01-01"),
      ],
    }),
  ],
];

describe("readingOf describes a plan as", () => {
  let shop: TestShop;
  let schema: DatabaseSchema;
  before(async () => {
    shop = await startShop();
    schema = await shop.connector.schema("shop");
  });
  after(() => shop.close());

  for (const [reading, value] of readings) {
    it(reading, () => {
      const parsed = queryPlan.parse(value);
      expect(problemsOf(parsed, schema)).to.deep.equal([]);
      expect(readingOf(parsed, schema)).to.equal(reading);
    });
  }
});
