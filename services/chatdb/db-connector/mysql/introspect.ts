import type { Column, ForeignKey, Table } from "@chatdb/contracts/query.ts";
import type { Session } from "./session.ts";

/**
 * Reads the tables, views and columns of the connection's database that the user may read; information_schema shows no
 * others.
 */
export async function introspect(session: Session): Promise<Table[]> {
  const tables = await session.query<TableRow[]>(tablesSql);
  const columnsOf = Map.groupBy(await session.query<ColumnRow[]>(columnsSql), ([table]) => table);
  const keysOf = Map.groupBy(await session.query<KeyRow[]>(keysSql), ([table]) => table);
  const known = new Set(tables.map(([, name]) => name));

  return tables.map(([schema, name, type, comment, rows]) => {
    const keys = [...Map.groupBy(keysOf.get(name) ?? [], ([, constraint]) => constraint).values()];
    const view = type.endsWith("VIEW");
    return {
      schema,
      name,
      kind: view ? "view" : "table",
      // The comment of a view is the word VIEW.
      ...(comment === "" || view ? {} : { comment }),
      columns: (columnsOf.get(name) ?? []).map(columnOf),
      primaryKey: keys.find(([key]) => key![1] === "PRIMARY")?.map(([, , column]) => column) ?? [],
      foreignKeys: keys.flatMap((key) => foreignKey(schema, key, known)),
      ...(rows === null || view ? {} : { rowEstimate: Number(rows) }),
    };
  });
}

type TableRow = [schema: string, name: string, type: string, comment: string, rows: number | string | null];

const tablesSql = `
SELECT table_schema, table_name, table_type, table_comment, table_rows FROM information_schema.tables
WHERE table_schema = database() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW') ORDER BY table_name`;

type ColumnRow = [table: string, name: string, type: string, nullable: string, comment: string];

const columnsSql = `
SELECT table_name, column_name, column_type, is_nullable, column_comment FROM information_schema.columns
WHERE table_schema = database() ORDER BY table_name, ordinal_position`;

function columnOf([, name, type, nullable, comment]: ColumnRow): Column {
  const labels = /^enum\((.*)\)$/i.exec(type)?.[1];
  return {
    name,
    type,
    nullable: nullable === "YES",
    ...(comment === "" ? {} : { comment }),
    ...(labels === undefined
      ? {}
      : {
          samples: [...labels.matchAll(/'((?:[^']|'')*)'/g)]
            .map(([, label]) => label!.replaceAll("''", "'"))
            .slice(0, 50),
        }),
  };
}

type KeyRow = [
  table: string,
  constraint: string,
  column: string,
  schema: string | null,
  references: string | null,
  referenced: string | null,
];

const keysSql = `
SELECT table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage WHERE table_schema = database() ORDER BY table_name, constraint_name, ordinal_position`;

function foreignKey(schema: string, key: readonly KeyRow[], known: ReadonlySet<string>): ForeignKey[] {
  const [, , , to, table] = key[0]!;
  if (to !== schema || table === null || !known.has(table)) return [];
  return [{ columns: key.map(([, , column]) => column), schema: to, table, references: key.map((row) => row[5]!) }];
}
