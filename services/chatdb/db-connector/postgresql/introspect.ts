import type { Column, ForeignKey, Table } from "@chatdb/contracts/query.ts";
import type pg from "pg";

/**
 * Reads the tables, views and columns that the role may read, from pg_catalog only. It omits system schemas, partitions
 * (their parent stands for them) and the tables of extensions.
 */
export async function introspect(client: pg.ClientBase): Promise<Table[]> {
  const { rows: relations } = await client.query<RelationRow>(relationsSql);
  const oids = [relations.map(({ oid }) => oid)];
  const { rows: columns } = await client.query<ColumnRow>(columnsSql, oids);
  const { rows: constraints } = await client.query<ConstraintRow>(constraintsSql, oids);
  const columnsOf = Map.groupBy(columns, ({ relation }) => relation);
  const constraintsOf = Map.groupBy(constraints, ({ relation }) => relation);
  const visible = (relation: number, names: readonly string[]) => {
    const readable = new Set(columnsOf.get(relation)?.map(({ name }) => name));
    return names.every((name) => readable.has(name));
  };
  const byOid = new Map(relations.map((relation) => [relation.oid, relation]));

  const foreignKey = ({ relation, columns, target, references }: ConstraintRow): ForeignKey[] => {
    const to = byOid.get(target);
    if (!to || !visible(relation, columns) || !visible(target, references)) return [];
    return [{ columns, schema: to.schema, table: to.name, references }];
  };
  return relations.map(({ oid, schema, name, kind, comment, estimate }) => {
    const constraints = constraintsOf.get(oid) ?? [];
    const primaryKey = constraints.find(({ type }) => type === "p")?.columns ?? [];
    return {
      schema,
      name,
      kind,
      ...(comment === null ? {} : { comment }),
      columns: (columnsOf.get(oid) ?? []).map(columnOf),
      primaryKey: visible(oid, primaryKey) ? primaryKey : [],
      foreignKeys: constraints.filter(({ type }) => type === "f").flatMap(foreignKey),
      ...(estimate === null ? {} : { rowEstimate: Number(estimate) }),
    };
  });
}

const columnOf = ({ name, type, nullable, comment, labels }: ColumnRow): Column => ({
  name,
  type,
  nullable,
  ...(comment === null ? {} : { comment }),
  ...(labels === null ? {} : { samples: labels.slice(0, 50) }),
});

interface RelationRow {
  oid: number;
  schema: string;
  name: string;
  kind: Table["kind"];
  comment: string | null;
  estimate: string | null;
}

const relationsSql = `
SELECT c.oid, n.nspname AS schema, c.relname AS name,
       CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END AS kind,
       obj_description(c.oid, 'pg_class') AS comment,
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS estimate
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname`;

interface ColumnRow {
  relation: number;
  name: string;
  type: string;
  nullable: boolean;
  comment: string | null;
  labels: string[] | null;
}

const columnsSql = `
SELECT a.attrelid AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
       col_description(a.attrelid, a.attnum) AS comment,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS labels
FROM pg_attribute a
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum`;

interface ConstraintRow {
  relation: number;
  type: "p" | "f";
  columns: string[];
  target: number;
  references: string[];
}

// PostgreSQL stores a foreign key to a partitioned table again for each partition, with conparentid.
const constraintsSql = `
SELECT c.conrelid AS relation, c.contype AS type, c.confrelid AS target,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum ORDER BY k.position) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, position)
             JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum ORDER BY k.position) AS "references"
FROM pg_constraint c
WHERE c.contype IN ('p', 'f') AND c.conrelid = ANY ($1::oid[]) AND c.conparentid = 0
ORDER BY c.conrelid, c.conname`;
