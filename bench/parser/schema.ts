import type { Column, DatabaseSchema, ForeignKey, Table } from "@chatdb/contracts/query.ts";
import { createRandom, type Random } from "@chatdb/sample-data/random.ts";
import { countries, statuses } from "@chatdb/sample-data/vocabulary.ts";
import { pseudoWord } from "../nlq/pseudo-words.ts";

const tables = [
  "countries",
  "regions",
  "warehouses",
  "suppliers",
  "brands",
  "categories",
  "products",
  "variants",
  "price_lists",
  "currencies",
  "customers",
  "addresses",
  "contacts",
  "segments",
  "campaigns",
  "coupons",
  "orders",
  "order_lines",
  "invoices",
  "payments",
  "refunds",
  "shipments",
  "carriers",
  "parcels",
  "returns",
  "stock_movements",
  "purchase_orders",
  "receipts",
  "employees",
  "departments",
  "teams",
  "shifts",
  "contracts",
  "projects",
  "tasks",
  "tickets",
  "comments",
  "reviews",
  "subscriptions",
  "plans",
  "invoices_taxes",
  "vehicles",
  "routes",
  "depots",
  "machines",
  "inspections",
  "meters",
  "readings",
  "accounts",
  "transfers",
] as const;

const texts = ["status", "kind", "city", "colour", "priority", "channel", "grade", "language"] as const;
const numbers = ["amount", "weight", "quantity", "discount", "score", "capacity", "duration", "rate"] as const;
const times = ["created_at", "due_date", "closed_at"] as const;

/**
 * Generates a schema of 50 tables with about 450 columns, a quarter of them with sampled values; it depends on the seed
 * alone.
 */
export function largeSchema(seed = 1): DatabaseSchema {
  const random = createRandom(seed);
  const made: Table[] = [];
  for (const name of tables) made.push(tableOf(name, made, random));
  return { datasource: "large", dialect: "postgresql", tables: made, at: "2025-06-30T00:00:00.000Z" };
}

function tableOf(name: string, others: readonly Table[], random: Random): Table {
  const parents = [
    ...new Set(Array.from({ length: others.length === 0 ? 0 : random.integer(0, 3) }, () => random.pick(others))),
  ];
  const foreignKeys = parents.map(
    (parent): ForeignKey => ({
      columns: [`${singular(parent.name)}_id`],
      schema: "public",
      table: parent.name,
      references: ["id"],
    }),
  );
  const columns: Column[] = [
    { name: "id", type: "integer", nullable: false },
    { name: "name", type: "text", nullable: false },
    ...foreignKeys.map(({ columns }) => ({ name: columns[0]!, type: "integer", nullable: false })),
    ...some(texts, 3, random).map((column) => ({
      name: column,
      type: "text",
      nullable: true,
      samples: samplesOf(column, random),
    })),
    ...some(numbers, 3, random).map((column) => ({ name: column, type: "numeric(12,2)", nullable: true })),
    ...some(times, 1, random).map((column) => ({
      name: column,
      type: column.endsWith("date") ? "date" : "timestamp with time zone",
      nullable: true,
    })),
  ];
  return {
    schema: "public",
    name,
    kind: "table",
    columns,
    primaryKey: ["id"],
    foreignKeys,
    rowEstimate: random.integer(100, 1_000_000),
  };
}

function some<T>(items: readonly T[], most: number, random: Random): T[] {
  return [...new Set(Array.from({ length: random.integer(1, most) }, () => random.pick(items)))];
}

function samplesOf(column: string, random: Random): string[] {
  if (column === "status") return statuses.map(({ name }) => name);
  if (column === "city") return countries.flatMap(({ cities }) => [...cities]);
  return [...new Set(Array.from({ length: random.integer(5, 50) }, () => pseudoWord(random)))].sort();
}

export const singular = (name: string) => name.replace(/ies$/, "y").replace(/s$/, "");
