/**
 * What crosses services on the way from a question to rows: the schema of a data source, a query and its result
 * (db-connector), a parse and the event it leaves behind (query-parser).
 */
import { z } from "zod";

/** A foreign key; `columns[i]` refers to `references[i]` of the table `schema`.`table`. */
export const foreignKey = z.object({
  columns: z.array(z.string()).min(1),
  schema: z.string(),
  table: z.string(),
  references: z.array(z.string()).min(1),
});
export type ForeignKey = z.infer<typeof foreignKey>;

export const column = z.object({
  name: z.string(),
  /** As the database names it: `integer`, `numeric(10,2)`, `timestamp with time zone`. */
  type: z.string(),
  nullable: z.boolean(),
  comment: z.string().optional(),
  /** The distinct values of a text column that has few of them (at most 50), or the labels of an enum. */
  samples: z.array(z.string()).max(50).optional(),
});
export type Column = z.infer<typeof column>;

/** A table or view that the data source's role may read, with the columns that it may read. */
export const table = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(["table", "view"]),
  comment: z.string().optional(),
  columns: z.array(column),
  /** Empty where there is none (a view, for example). */
  primaryKey: z.array(z.string()),
  foreignKeys: z.array(foreignKey),
  /** The planner's estimate; absent before the table was analysed. */
  rowEstimate: z.number().int().nonnegative().optional(),
});
export type Table = z.infer<typeof table>;

/** `GET /datasources/:name/schema` */
export const databaseSchema = z.object({
  datasource: z.string(),
  dialect: z.enum(["postgresql"]),
  tables: z.array(table),
  /** When the database was asked, ISO 8601. */
  at: z.iso.datetime(),
});
export type DatabaseSchema = z.infer<typeof databaseSchema>;

/** `GET /datasources` */
export const dataSourceList = z.object({
  datasources: z.array(
    z.object({ name: z.string(), dialect: z.enum(["postgresql"]), host: z.string(), port: z.number(), database: z.string() }),
  ),
});
export type DataSourceList = z.infer<typeof dataSourceList>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A value of a `$n` placeholder; an array stands for an SQL array, as in `= ANY ($1)`. */
export const parameter = z.union([scalar, z.array(scalar)]);
export type Parameter = z.infer<typeof parameter>;

/** `POST /datasources/:name/query` */
export const queryRequest = z.object({
  /** One statement that reads, with `$1`, `$2`, ... for its values. */
  sql: z.string().trim().min(1).max(100_000),
  params: z.array(parameter).max(1000).default([]),
  /** The most rows to return; what there is beyond them is announced by `truncated`. */
  limit: z.number().int().min(1).max(10_000).default(1000),
  /** Milliseconds the database may take. */
  timeout_ms: z.number().int().min(1).max(60_000).default(10_000),
});
export type QueryRequest = z.input<typeof queryRequest>;

/**
 * Rows as arrays, in the order of `columns` (names may repeat). Values are JSON and lose nothing:
 * integers are numbers where a double holds them exactly and strings beyond, `numeric` is a string with all its
 * digits, dates and times are ISO 8601 (`timestamp with time zone` in UTC), `bytea` is `\x` and hex digits, SQL NULL
 * is null, arrays and JSON are themselves; any other type is the text that the database prints.
 */
export const queryResult = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.json())),
  rowCount: z.number().int().nonnegative(),
  /** More rows exist than were returned: the row limit or the size limit was reached. */
  truncated: z.boolean(),
  took_ms: z.number().nonnegative(),
});
export type QueryResult = z.infer<typeof queryResult>;

/** `POST /parse` */
export const parseRequest = z.object({
  query: z.string().trim().min(1).max(2000),
  /** May be left out where the db-connector knows exactly one. */
  datasource: z.string().optional(),
});
export type ParseRequest = z.infer<typeof parseRequest>;

export const parseResponse = z.object({
  query: z.string(),
  datasource: z.string(),
  sql: z.string(),
  params: z.array(parameter),
  /** What was understood, in plain English. */
  reading: z.string(),
});
export type ParseResponse = z.infer<typeof parseResponse>;

/** On the topic `query-events`, keyed by data source: each question asked and what became of it. */
export const queryEvent = z.object({
  query: z.string(),
  /** Absent where the question failed before one was chosen. */
  datasource: z.string().optional(),
  outcome: z.enum(["parsed", "refused", "failed"]),
  /** The query plan, where there is one. */
  plan: z.record(z.string(), z.json()).optional(),
  /** The words that were not understood, or why it failed. */
  reason: z.string().optional(),
  took_ms: z.number().nonnegative(),
  at: z.iso.datetime(),
});
export type QueryEvent = z.infer<typeof queryEvent>;
