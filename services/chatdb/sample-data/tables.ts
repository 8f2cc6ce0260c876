import type { Shop } from "./shop.ts";
import { statuses } from "./vocabulary.ts";

export interface SampleColumn {
  /** A key is an integer that the database generates for new rows; a decimal has ten digits, two after the point. */
  type: "key" | "integer" | "decimal" | "text" | "instant";
  comment?: string;
  /** The table that a foreign key refers to. */
  references?: keyof Shop;
  unique?: true;
  /** The minimum value. */
  min?: number;
  oneOf?: readonly string[];
}

export interface SampleTable<Row> {
  comment?: string;
  columns: Record<keyof Row & string, SampleColumn>;
  /** The columns of a unique constraint. */
  unique?: (keyof Row & string)[];
  indexes?: (keyof Row & string)[][];
}

/** The tables of the sample shop, parents before children. The type demands every column. */
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
      price: { type: "decimal", min: 0, comment: "Price of one piece" },
      stock: { type: "integer", min: 0, comment: "Pieces in the warehouse" },
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
      quantity: { type: "integer", min: 1, comment: "Pieces ordered" },
      unit_price: { type: "decimal", min: 0, comment: "Price of one piece at the time of the order" },
    },
    unique: ["order_id", "product_id"],
    indexes: [["product_id"]],
  },
};

/** The tables with their names, parents before children. */
export const tableList = Object.entries(tables) as unknown as [
  name: keyof Shop,
  table: SampleTable<Record<string, unknown>>,
][];

/** Quotes text as an SQL literal. */
export const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Returns a column's check constraints, in SQL that every dialect accepts. */
export function checkConstraints(name: string, { min, oneOf }: SampleColumn): string {
  const checks = [
    ...(min === undefined ? [] : [`${name} >= ${min}`]),
    ...(oneOf ? [`${name} IN (${oneOf.map(quoteText).join(", ")})`] : []),
  ];
  return checks.map((check) => ` CHECK (${check})`).join("");
}
