import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { ColumnType, SchemaFacts } from "./column-facts.ts";
import type { Rows } from "./generate-rows.ts";
import type { Table } from "./compare-results.ts";

const affinity: Record<ColumnType, string> = {
  integer: "INTEGER", bigint: "INTEGER", numeric: "REAL", text: "TEXT", date: "TEXT", timestamp: "TEXT", boolean: "INTEGER",
};

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The database that gold queries run in: SQLite, in memory, where double quotes are good for strings, as they expect. */
export class SqliteDatabase {
  readonly #db = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: true, enableForeignKeyConstraints: false });

  constructor({ schema, of }: SchemaFacts, rows: Rows) {
    for (const { name, columns } of schema.tables) {
      const types = columns.map((column) => `${quoted(column.name)} ${affinity[of(name, column.name).domain.type]}`);
      this.#db.exec(`CREATE TABLE ${quoted(name)} (${types.join(", ")})`);
      const insert = this.#db.prepare(`INSERT INTO ${quoted(name)} VALUES (${columns.map(() => "?").join(", ")})`);
      for (const row of rows.get(name)!) insert.run(...columns.map((column): SQLInputValue => row[column.name]!));
    }
  }

  /** @throws what SQLite says of a query that it does not take */
  query(sql: string): Table {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as Table;
  }

  close(): void {
    this.#db.close();
  }
}
