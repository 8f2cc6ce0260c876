import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** The form of `dev.json`: questions with their queries in SQLite's dialect. */
const questions = z.array(z.object({ db_id: z.string(), question: z.string(), query: z.string() }));

/**
 * The form of `tables.json`. Columns are numbered across all tables of a schema, 0 is `*`.
 * https://yale-lily.github.io/spider
 */
const schemas = z.array(
  z.object({
    db_id: z.string(),
    table_names: z.array(z.string()),
    table_names_original: z.array(z.string()),
    column_names: z.array(z.tuple([z.number(), z.string()])),
    column_names_original: z.array(z.tuple([z.number(), z.string()])),
    column_types: z.array(z.enum(["text", "number", "time", "boolean", "others"]).catch("others")),
    primary_keys: z.array(z.union([z.number(), z.array(z.number())])),
    foreign_keys: z.array(z.tuple([z.number(), z.number()])),
  }),
);

export interface SetQuestion {
  /** The position in the set, from 0. */
  number: number;
  db: string;
  question: string;
  gold: string;
}

export interface SetColumn {
  name: string;
  /** The set's natural name of the column, which serves as its comment in the database. */
  comment: string;
  declared: "text" | "number" | "time" | "boolean" | "others";
}

export interface SetForeignKey {
  columns: string[];
  table: string;
  references: string[];
}

export interface SetTable {
  name: string;
  comment: string;
  columns: SetColumn[];
  primaryKey: string[];
  foreignKeys: SetForeignKey[];
}

export interface SetSchema {
  db: string;
  tables: SetTable[];
}

export interface QuestionSet {
  questions: SetQuestion[];
  schemas: Map<string, SetSchema>;
}

/** Thrown when a folder contains no set of questions. */
export class NoQuestionSet extends Error {
  override readonly name = "NoQuestionSet";
}

/** Reads a set of questions. @throws NoQuestionSet if a file is missing or has another form */
export function readQuestionSet(directory: string): QuestionSet {
  const entries = read(join(directory, "dev.json"), questions);
  const known = new Map(read(join(directory, "tables.json"), schemas).map((each) => [each.db_id, schemaOf(each)]));
  const lost = entries.find(({ db_id }) => !known.has(db_id));
  if (lost)
    throw new NoQuestionSet(`${directory}: dev.json asks about ${lost.db_id}, which tables.json does not have.`);
  return {
    schemas: known,
    questions: entries.map(({ db_id, question, query }, number) => ({ number, db: db_id, question, gold: query })),
  };
}

function read<T>(path: string, form: z.ZodType<T>): T {
  if (!existsSync(path))
    throw new NoQuestionSet(`${path} does not exist. A set of questions is a folder with dev.json and tables.json.`);
  const { data, error } = form.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (error) throw new NoQuestionSet(`${path} has another form: ${z.prettifyError(error)}`);
  return data;
}

type RawSchema = z.infer<typeof schemas>[number];

/** SQLite's internal tables are not part of a schema. */
const isOwn = (table: SetTable) => !table.name.startsWith("sqlite_");

function schemaOf(raw: RawSchema): SetSchema {
  const column = (index: number) => {
    const [table, name] = raw.column_names_original[index]!;
    return { table: raw.table_names_original[table]!, name };
  };
  const primary = raw.primary_keys.flat().map(column);
  const tables = raw.table_names_original.map(
    (name, position): SetTable => ({
      name,
      comment: raw.table_names[position]!,
      columns: raw.column_names_original.flatMap(([table, column], index) =>
        table === position
          ? [{ name: column, comment: raw.column_names[index]![1], declared: raw.column_types[index]! }]
          : [],
      ),
      primaryKey: primary.filter(({ table }) => table === name).map((each) => each.name),
      foreignKeys: [],
    }),
  );
  const byName = new Map(tables.map((table) => [table.name, table]));
  const edges = raw.foreign_keys.map(([from, to]) => ({ from: column(from), to: column(to) }));
  for (const table of tables)
    table.primaryKey = keyOf(
      table,
      edges.filter(({ from }) => from.table === table.name).map(({ from }) => from.name),
    );
  for (const table of tables) table.foreignKeys = foreignKeysOf(table, byName, edges);
  return { db: raw.db_id, tables: tables.filter(isOwn) };
}

/**
 * Returns a table's primary key. The set names one column; if that and a second column are foreign keys, the table is a
 * link table and both form the key. The same holds for a table without a key that has few other columns.
 */
function keyOf({ primaryKey, columns }: SetTable, referring: readonly string[]): string[] {
  const distinct = [...new Set(referring)];
  const links =
    primaryKey.length === 0
      ? distinct.length === 2 && columns.length <= 3
      : primaryKey.length === 1 && distinct.length > 1 && distinct.includes(primaryKey[0]!);
  return links ? distinct : primaryKey;
}

interface Edge {
  from: { table: string; name: string };
  to: { table: string; name: string };
}

/** Builds the foreign keys: one per edge, except that edges that together refer to a composite key form one. */
function foreignKeysOf(
  table: SetTable,
  byName: ReadonlyMap<string, SetTable>,
  edges: readonly Edge[],
): SetForeignKey[] {
  const mine = edges.filter(
    ({ from, to }) => from.table === table.name && !(to.table === table.name && to.name === from.name),
  );
  const keys: SetForeignKey[] = [];
  for (const [target, group] of Map.groupBy(mine, ({ to }) => to.table)) {
    const key = byName.get(target)!.primaryKey;
    const composite = key.map((name) => group.find(({ to }) => to.name === name)?.from.name);
    if (key.length > 1 && composite.every((name) => name !== undefined))
      keys.push({ columns: composite, table: target, references: key });
    else for (const { from, to } of group) keys.push({ columns: [from.name], table: target, references: [to.name] });
  }
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}
