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

/** The database that gold queries run in: SQLite, in memory, where double quotes are good for strings, as they expect. */
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

  /** @throws what SQLite says of a query that it does not take */
  query(sql: string): Table {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as Table;
  }

  /** What a gold query gives. @throws what SQLite says of a query that it does not take */
  gold(sql: string): GoldRows {
    const rows = this.query(sql);
    const order = orderOf(sql);
    return inBlocks(rows, order, order?.keyed === undefined ? undefined : this.#tryQuery(order.keyed));
  }

  #tryQuery(sql: string): Table | undefined {
    try {
      return this.query(sql);
    } catch {
      // An alias among the keys of an order, for example, cannot be selected.
      return undefined;
    }
  }

  close(): void {
    this.#db.close();
  }
}
