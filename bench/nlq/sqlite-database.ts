import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { ColumnType, SchemaFacts } from "./column-facts.ts";
import type { Rows } from "./generate-rows.ts";
import type { Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { inBlocks, orderOf, type GoldRows } from "./gold-result.ts";

const affinity: Record<ColumnType, string> = {
  integer: "INTEGER",
  bigint: "INTEGER",
  numeric: "REAL",
  text: "TEXT",
  date: "TEXT",
  timestamp: "TEXT",
  boolean: "INTEGER",
};

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The in-memory SQLite in which gold queries run, since they use double quotes for strings. */
export class SqliteDatabase {
  readonly #db = new DatabaseSync(":memory:", {
    enableDoubleQuotedStringLiterals: true,
    enableForeignKeyConstraints: false,
  });

  constructor({ schema, of }: SchemaFacts, rows: Rows) {
    for (const { name, columns } of schema.tables) {
      const types = columns.map((column) => `${quoted(column.name)} ${affinity[of(name, column.name).domain.type]}`);
      this.#db.exec(`CREATE TABLE ${quoted(name)} (${types.join(", ")})`);
      const insert = this.#db.prepare(`INSERT INTO ${quoted(name)} VALUES (${columns.map(() => "?").join(", ")})`);
      for (const row of rows.get(name)!) insert.run(...columns.map((column): SQLInputValue => row[column.name]!));
    }
  }

  /** Runs a query. @throws SQLite's error if it rejects the query */
  query(sql: string): Table {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as Table;
  }

  /** Runs a gold query. @throws SQLite's error if it rejects the query */
  gold(sql: string): GoldRows {
    const rows = this.query(sql);
    const order = orderOf(sql);
    return inBlocks(rows, order, order?.keyed === undefined ? undefined : this.#tryQuery(order.keyed));
  }

  #tryQuery(sql: string): Table | undefined {
    try {
      return this.query(sql);
    } catch {
      // Some sort keys, such as an alias, cannot be selected.
      return undefined;
    }
  }

  close(): void {
    this.#db.close();
  }
}
