import type { Dialect, QueryResult, Statement } from "@chatdb/contracts/query.ts";
import { Connector } from "@chatdb/db-connector/connector.ts";
import { createLogger } from "@platform/kit/log.ts";
import { Decimal128 } from "mongodb";
import { startMariadb } from "../../../support/mariadb.ts";
import { startMongodb } from "../../../support/mongodb.ts";
import { startPglite } from "../../../support/pglite.ts";
import { settingsOf } from "../../support/shop.ts";
import { types, type MadeTable } from "./random-schema.ts";

/** A database of one kind behind the db-connector. */
export interface MadeDatabase {
  dialect: Dialect;
  /** Replaces all tables in the schema `shop`. */
  fill(tables: readonly MadeTable[]): Promise<void>;
  run(statement: Statement): Promise<QueryResult["rows"]>;
  close(): Promise<void>;
}

type Row = MadeTable["rows"][number];

const runner = (connector: Connector) => async (statement: Statement) => {
  const { rows } = await connector.query(
    "shop",
    { ...statement, limit: 10_000, timeout_ms: 10_000 },
    new AbortController().signal,
  );
  return rows;
};

const definition = ({ columns }: MadeTable, dialect: Dialect, quote: (name: string) => string, text = "") =>
  columns
    .map(
      ({ name, type, nullable }) =>
        `${quote(name)} ${types[type][dialect]}${type === "text" ? text : ""}${nullable ? "" : " NOT NULL"}`,
    )
    .join(", ");

export async function startPostgresqlToFill(): Promise<MadeDatabase> {
  const database = await startPglite();
  const connector = new Connector([settingsOf(database)], createLogger("db-connector", "silent"));
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  return {
    dialect: "postgresql",
    fill: async (tables) => {
      await database.pool.query("DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop");
      for (const table of tables) {
        await database.pool.query(
          `CREATE TABLE shop.${quote(table.name)} (${definition(table, "postgresql", quote, ' COLLATE "C"')})`,
        );
        for (const row of table.rows)
          await database.pool.query(
            `INSERT INTO shop.${quote(table.name)} VALUES (${row.map((_, index) => `$${index + 1}`).join(", ")})`,
            row,
          );
      }
    },
    run: runner(connector),
    close: async () => {
      await connector.close();
      await database.close();
    },
  };
}

export async function startMysqlToFill(context: Mocha.Context): Promise<MadeDatabase> {
  const mariadb = await startMariadb(context);
  const { admin, settings } = mariadb;
  const connector = new Connector([settings], createLogger("db-connector", "silent"));
  const quote = (name: string) => `\`${name.replaceAll("`", "``")}\``;
  const written = (row: Row, { columns }: MadeTable) =>
    row.map((value, index) =>
      columns[index]!.type === "instant" && value !== null ? String(value).replace(/T(.*)Z/, " $1") : value,
    );
  return {
    dialect: "mysql",
    fill: async (tables) => {
      await admin.query(
        "DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin; USE shop",
      );
      for (const table of tables) {
        await admin.query(`CREATE TABLE ${quote(table.name)} (${definition(table, "mysql", quote)})`);
        for (const row of table.rows)
          await admin.execute(
            `INSERT INTO ${quote(table.name)} VALUES (${row.map(() => "?").join(", ")})`,
            written(row, table),
          );
      }
    },
    run: runner(connector),
    close: async () => {
      await connector.close();
      await mariadb.close();
    },
  };
}

export async function startMongodbToFill(context: Mocha.Context): Promise<MadeDatabase> {
  const mongodb = await startMongodb(context);
  const { db, settings } = mongodb;
  const connector = new Connector([settings], createLogger("db-connector", "silent"));
  /** Stores missing values as null in some columns and leaves the field out in others. */
  const document = (row: Row, { columns }: MadeTable) =>
    Object.fromEntries(
      columns.flatMap(({ name, type }, index): [string, unknown][] => {
        const value = row[index]!;
        if (value === null) return index % 2 === 0 ? [[name, null]] : [];
        if (type === "decimal") return [[name, Decimal128.fromString(Number(value).toFixed(2))]];
        return [[name, type === "instant" || type === "day" ? new Date(String(value)) : value]];
      }),
    );
  return {
    dialect: "mongodb",
    fill: async (tables) => {
      await db.dropDatabase();
      for (const table of tables) {
        await db.createCollection(table.name);
        if (table.rows.length > 0)
          await db.collection(table.name).insertMany(table.rows.map((row) => document(row, table)));
      }
    },
    run: runner(connector),
    close: async () => {
      await connector.close();
      await mongodb.close();
    },
  };
}
