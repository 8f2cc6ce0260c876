import type { Shop } from "./shop.ts";
import { statuses } from "./vocabulary.ts";

export interface SampleColumn {
  /** A key is a number that the database goes on counting; a decimal has ten digits, two of them after the point. */
  type: "key" | "integer" | "decimal" | "text" | "instant";
  comment?: string;
  /** The table whose key it is. */
  references?: keyof Shop;
  unique?: true;
  /** No value is less. */
  least?: number;
  oneOf?: readonly string[];
}

export interface SampleTable<Row> {
  comment?: string;
  columns: Record<keyof Row & string, SampleColumn>;
  /** Columns of which no two rows have the same values. */
  unique?: (keyof Row & string)[];
  indexes?: (keyof Row & string)[][];
}

/** The tables of the sample shop, in the order in which their foreign keys let them be filled. No column may be missing. */
export const tables: { [T in keyof Shop]: SampleTable<Shop[T][number]> } = {
  categories: {
    comment: "Kinds of products",
    columns: { id: { type: "key" }, name: { type: "text", unique: true }, description: { type: "text" } },
  },
  customers: {
    comment: "People who have an account in the shop",
    columns: {
      id: { type: "key" },
      name: { type: "text", comment: "First and last name" },
      email: { type: "text", unique: true },
      city: { type: "text", comment: "City of the delivery address" },
      country: { type: "text", comment: "Country of the delivery address" },
      created_at: { type: "instant", comment: "When the account was made" },
    },
    indexes: [["country", "city"]],
  },
  products: {
    comment: "What the shop sells",
    columns: {
      id: { type: "key" },
      name: { type: "text" },
      category_id: { type: "integer", references: "categories" },
      price: { type: "decimal", least: 0, comment: "Price of one piece" },
      stock: { type: "integer", least: 0, comment: "Pieces in the warehouse" },
    },
    indexes: [["category_id"]],
  },
  orders: {
    comment: "Orders that customers placed",
    columns: {
      id: { type: "key" },
      customer_id: { type: "integer", references: "customers" },
      ordered_at: { type: "instant", comment: "When the order was placed" },
      status: { type: "text", oneOf: statuses.map(({ name }) => name), comment: "How far the order has come" },
    },
    indexes: [["customer_id"], ["ordered_at"]],
  },
  order_items: {
    comment: "The products of an order",
    columns: {
      id: { type: "key" },
      order_id: { type: "integer", references: "orders" },
      product_id: { type: "integer", references: "products" },
      quantity: { type: "integer", least: 1, comment: "Pieces ordered" },
      unit_price: { type: "decimal", least: 0, comment: "Price of one piece at the time of the order" },
    },
    unique: ["order_id", "product_id"],
    indexes: [["product_id"]],
  },
};

/** The tables with what they are called, parents before children. */
export const tableList = Object.entries(tables) as unknown as [
  name: keyof Shop,
  table: SampleTable<Record<string, unknown>>,
][];

/** Text in SQL. */
export const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** What a row must obey, in the SQL of any dialect. */
export function checksOf(name: string, { least, oneOf }: SampleColumn): string {
  const checks = [
    ...(least === undefined ? [] : [`${name} >= ${least}`]),
    ...(oneOf ? [`${name} IN (${oneOf.map(sqlText).join(", ")})`] : []),
  ];
  return checks.map((check) => ` CHECK (${check})`).join("");
}
