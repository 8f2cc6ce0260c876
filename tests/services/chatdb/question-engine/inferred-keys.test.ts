import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { foreignKeysOf } from "../../../../services/chatdb/question-engine/linking/inferred-keys.ts";
import { expect } from "chai";

const table = (name: string, columns: Record<string, string>, primaryKey: string[]): Table => ({
  schema: "public",
  name,
  kind: "table",
  columns: Object.entries(columns).map(([each, type]) => ({ name: each, type, nullable: false })),
  primaryKey,
  foreignKeys: [],
});
const schemaOf = (...tables: Table[]): DatabaseSchema => ({
  datasource: "shop",
  dialect: "mysql",
  tables,
  at: "2024-01-01T00:00:00Z",
});
const keys = (from: Table, schema: DatabaseSchema) =>
  foreignKeysOf(from, schema).map(({ columns, table: to, references }) => [...columns, to, ...references]);

describe("foreign keys inferred from names", () => {
  const customers = table("customers", { id: "int", name: "text" }, ["id"]);

  it("read customer_id as the id of customers", () => {
    const orders = table("orders", { id: "int", customer_id: "int" }, ["id"]);
    expect(keys(orders, schemaOf(customers, orders))).to.deep.equal([["customer_id", "customers", "id"]]);
  });

  it("take a column with the name of another table's key as a reference to it", () => {
    const pets = table("pets", { pet_no: "int" }, ["pet_no"]);
    const visits = table("visits", { id: "int", pet_no: "int" }, ["id"]);
    expect(keys(visits, schemaOf(pets, visits))).to.deep.equal([["pet_no", "pets", "pet_no"]]);
  });

  it("ignore columns called id, name or code", () => {
    const notes = table("notes", { key: "int", id: "int", name: "text" }, ["key"]);
    expect(keys(notes, schemaOf(customers, notes))).to.deep.equal([]);
  });

  it("ignore a text column that would refer to a number", () => {
    const orders = table("orders", { id: "int", customer_id: "text" }, ["id"]);
    expect(keys(orders, schemaOf(customers, orders))).to.deep.equal([]);
  });

  it("infer nothing if two tables fit", () => {
    const one = table("a", { ref: "int" }, ["ref"]);
    const other = table("b", { ref: "int" }, ["ref"]);
    const user = table("c", { id: "int", ref: "int" }, ["id"]);
    expect(keys(user, schemaOf(one, other, user))).to.deep.equal([]);
  });

  it("list declared keys first and once", () => {
    const declared = { columns: ["customer_id"], schema: "public", table: "customers", references: ["id"] };
    const orders: Table = { ...table("orders", { id: "int", customer_id: "int" }, ["id"]), foreignKeys: [declared] };
    expect(foreignKeysOf(orders, schemaOf(customers, orders))).to.deep.equal([declared]);
  });
});
