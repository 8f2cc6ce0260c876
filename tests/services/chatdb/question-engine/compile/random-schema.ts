import type { Column, DatabaseSchema, Dialect, ForeignKey } from "@chatdb/contracts/query.ts";
import type { Chance } from "./chance.ts";

/** A kind of column in random schemas, with its type in each database. */
export const types = {
  integer: { postgresql: "integer", mysql: "int", mongodb: "int" },
  decimal: { postgresql: "numeric(10,2)", mysql: "decimal(10,2)", mongodb: "decimal" },
  text: { postgresql: "text", mysql: "varchar(100)", mongodb: "string" },
  instant: { postgresql: "timestamp with time zone", mysql: "datetime(3)", mongodb: "date" },
  day: { postgresql: "date", mysql: "date", mongodb: "date" },
  boolean: { postgresql: "boolean", mysql: "tinyint(1)", mongodb: "bool" },
} satisfies Record<string, Record<Dialect, string>>;
export type Type = keyof typeof types;

/** The values of each row in the order of the columns; the first is the key. */
export interface MadeTable {
  name: string;
  columns: { name: string; type: Type; nullable: boolean; references?: number }[];
  rows: (string | number | boolean | null)[][];
}

const names = [
  "id",
  "name",
  "order",
  "select",
  'quo"ted',
  "back`tick",
  "it's",
  "two words",
  "semi;colon --",
  "question?",
  "umläut",
  "percent%",
  "Upper",
  "back\\slash",
  "{brace}",
  "constructor",
  "1st",
  "2024",
];

/**
 * Texts that people and attackers write. No stored text begins with a dollar sign, which the stand-in for MongoDB reads
 * as a path.
 */
const texts = [
  "Anna",
  "anna",
  "Bob",
  "50%",
  "a_b",
  "ab",
  "it's",
  'say "hi"',
  "back\\slash",
  "!x",
  "?",
  "",
  "日本",
  "; DROP TABLE x; --",
  "x.y",
  "[a]",
  "a|b",
  "(1)",
];
export const hostile = [
  ...texts,
  "$where",
  "$$ROOT",
  "$1",
  ":name",
  "%",
  "_",
  "\\",
  "'",
  '{"$ne": null}',
  "${x}",
  "é",
  "\n",
  "null",
];

const instants = [
  "2023-12-31T23:30:00.000Z",
  "2024-01-01T00:00:00.000Z",
  "2024-02-29T12:00:00.500Z",
  "2024-05-31T10:30:00.000Z",
  "2024-12-30T08:00:00.000Z",
  "2021-01-03T23:59:59.999Z",
  "2025-06-15T00:00:00.000Z",
];

/** Generates a value of a column's type. */
export function valueOf(type: Type, chance: Chance, data = false): string | number | boolean {
  switch (type) {
    case "integer":
      return chance.integer(-3, 9);
    case "decimal":
      return chance.integer(-12, 40) / 4;
    case "text":
      return chance.pick(data ? texts : hostile);
    case "instant":
      return chance.pick(instants);
    case "day":
      return chance.pick(instants).slice(0, 10);
    case "boolean":
      return chance.oneIn(2);
  }
}

/** Generates tables with a key each, columns of any kind, and foreign keys to earlier tables. */
export function makeTables(chance: Chance): MadeTable[] {
  const tables: MadeTable[] = [];
  for (let count = chance.integer(2, 4); count > 0; count--) tables.push(makeTable(chance, tables));
  return tables;
}

function makeTable(chance: Chance, before: readonly MadeTable[]): MadeTable {
  const unused = names.filter((name) => name !== "id");
  const take = () => unused.splice(chance.integer(0, unused.length - 1), 1)[0]!;
  const column = () => ({ name: take(), type: chance.pick(Object.keys(types) as Type[]), nullable: chance.oneIn(2) });
  const columns: MadeTable["columns"] = [
    { name: chance.oneIn(2) ? "id" : take(), type: "integer", nullable: false },
    ...chance.some(2, 6, column),
  ];
  if (before.length > 0)
    columns.push({
      name: take(),
      type: "integer",
      nullable: chance.oneIn(2),
      references: chance.integer(0, before.length - 1),
    });
  const rows = Array.from({ length: chance.pick([0, 6, 8, 10, 12, 14]) }, (_, row) =>
    columns.map(({ type, nullable, references }, index) => {
      const keys = references === undefined ? undefined : before[references]!.rows.map(([key]) => key!);
      if (index === 0) return row;
      if (keys?.length === 0 || (nullable && chance.oneIn(4))) return null;
      return keys ? chance.pick(keys) : valueOf(type, chance, true);
    }),
  );
  return {
    name: `t${before.length} ${take()}`,
    columns,
    rows: rows.filter((row) => columns.every(({ nullable }, index) => nullable || row[index] !== null)),
  };
}

/** Returns the schema as the db-connector would describe it. */
export function schemaOf(tables: readonly MadeTable[], dialect: Dialect, schema: string): DatabaseSchema {
  return {
    datasource: "made-up",
    dialect,
    at: "2024-01-01T00:00:00Z",
    tables: tables.map(({ name, columns }) => ({
      schema,
      name,
      kind: "table",
      columns: columns.map(
        (column): Column => ({ name: column.name, type: types[column.type][dialect], nullable: column.nullable }),
      ),
      primaryKey: [columns[0]!.name],
      foreignKeys: columns.flatMap((column): ForeignKey[] =>
        column.references === undefined
          ? []
          : [
              {
                columns: [column.name],
                schema,
                table: tables[column.references]!.name,
                references: [tables[column.references]!.columns[0]!.name],
              },
            ],
      ),
    })),
  };
}
