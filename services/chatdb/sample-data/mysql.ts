import type { Connection } from "mysql2/promise";
import { generateShop, type Shop } from "./shop.ts";
import { checkConstraints, quoteText, tableList, type SampleColumn } from "./tables.ts";

const types: Record<SampleColumn["type"], string> = {
  key: "int NOT NULL AUTO_INCREMENT PRIMARY KEY",
  integer: "int NOT NULL",
  decimal: "decimal(10,2) NOT NULL",
  text: "varchar(200) NOT NULL",
  // An explicit default keeps MariaDB from updating the column whenever its row changes.
  instant: "timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP",
};

/**
 * Creates and fills the tables of the sample shop in the current database of MySQL or MariaDB.
 * @throws the server's error, for example when a table exists already; tables created before it are left behind
 */
export async function loadMysql(connection: Connection, shop: Shop = generateShop()): Promise<void> {
  await connection.query("SET time_zone = '+00:00'");
  for (const statement of ddl) await connection.query(statement);
  for (const [name, { columns }] of tableList) {
    const list = Object.entries(columns);
    const rows = shop[name].map((row) =>
      list.map(([column, { type }]) => valueOf((row as unknown as Record<string, string | number>)[column]!, type)),
    );
    await connection.query(`INSERT INTO ${name} (${list.map(([column]) => column).join(", ")}) VALUES ?`, [rows]);
  }
  await connection.query(`ANALYZE TABLE ${tableList.map(([name]) => name).join(", ")}`);
}

const ddl = tableList.map(([name, { comment = "", columns, unique, indexes = [] }]) => {
  const list = Object.entries(columns);
  const definitions = [
    ...list.map(
      ([column, each]) =>
        `${column} ${types[each.type]}${each.unique ? " UNIQUE" : ""}${each.comment ? ` COMMENT ${quoteText(each.comment)}` : ""}${checkConstraints(column, each)}`,
    ),
    // MySQL ignores a reference in a column's definition.
    ...list.flatMap(([column, { references }]) =>
      references ? [`FOREIGN KEY (${column}) REFERENCES ${references} (id)`] : [],
    ),
    ...(unique ? [`UNIQUE (${unique.join(", ")})`] : []),
    ...indexes.map((index) => `INDEX (${index.join(", ")})`),
  ];
  return `CREATE TABLE ${name} (\n  ${definitions.join(",\n  ")}\n) COMMENT ${quoteText(comment)}`;
});

/** Converts `2024-05-01T10:30:00Z` to MySQL's `2024-05-01 10:30:00`. */
const valueOf = (value: string | number, type: SampleColumn["type"]) =>
  type === "instant" ? String(value).replace("T", " ").replace("Z", "") : value;
