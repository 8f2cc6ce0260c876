/**
 * What crosses services on the way from a question to rows: the schema of a data source, a query and its result
 * (db-connector), a parse and the event it leaves behind (query-parser).
 */
import { z } from "zod";
import { modelReference } from "./models.ts";

/** The kinds of databases that can be asked. MariaDB counts as MySQL. */
export const dialect = z.enum(["postgresql", "mysql", "mongodb"]);
export type Dialect = z.infer<typeof dialect>;

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
  /**
   * As the database names it: `integer`, `numeric(10,2)`, `timestamp with time zone`; `int unsigned`, `varchar(20)`. Of
   * MongoDB the BSON type, as `$type` names it, `array<string>` for arrays, several with ` | ` between them, the most
   * frequent first.
   */
  type: z.string(),
  nullable: z.boolean(),
  comment: z.string().optional(),
  /** The distinct values of a text column that has few of them (at most 50), or the labels of an enum. */
  samples: z.array(z.string()).max(50).optional(),
});
export type Column = z.infer<typeof column>;

/**
 * A table or view that the data source's role may read, with the columns that it may read. Of MongoDB a collection, its
 * columns being the fields that a sample of documents has (those of nested documents by dotted names), its foreign keys
 * inferred.
 */
export const table = z.object({
  /** Of MySQL and MongoDB: the database. */
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
  dialect,
  tables: z.array(table),
  /** When the database was asked, ISO 8601. */
  at: z.iso.datetime(),
});
export type DatabaseSchema = z.infer<typeof databaseSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A value of a placeholder; an array stands for an SQL array, as in `= ANY ($1)`, of which MySQL has none. */
export const parameter = z.union([scalar, z.array(scalar)]);
export type Parameter = z.infer<typeof parameter>;

/** One SQL statement that reads, and the values of its placeholders: `$1`, `$2`, ... in PostgreSQL, `?` in MySQL. */
export const sqlStatement = z.object({
  sql: z.string().trim().min(1).max(100_000),
  params: z.array(parameter).max(1000).default([]),
});
export type SqlStatement = z.infer<typeof sqlStatement>;

/**
 * An aggregation pipeline on one MongoDB collection. Values that JSON lacks are written as MongoDB Extended JSON
 * (version 2):
 * `{"$date": "2024-05-01T00:00:00Z"}`, `{"$oid": "..."}`, `{"$numberLong": "9007199254740993"}`, `{"$numberDecimal": "1.50"}`.
 * Its last stage is a `$project`; the keys that it includes are the columns of the result, in their order.
 */
export const pipelineStatement = z.object({
  collection: z.string().min(1).max(255),
  pipeline: z.array(z.record(z.string(), z.json())).min(1).max(100),
});
export type PipelineStatement = z.infer<typeof pipelineStatement>;

/** What a data source runs: SQL, or of MongoDB a pipeline. */
export const statement = z.union([sqlStatement, pipelineStatement]);
export type Statement = z.infer<typeof statement>;

const anyStatement = {
  ...sqlStatement.shape,
  sql: sqlStatement.shape.sql.optional(),
  ...pipelineStatement.partial().shape,
};

const isOneStatement = ({ sql, collection, pipeline }: { sql?: unknown; collection?: unknown; pipeline?: unknown }) =>
  sql === undefined
    ? collection !== undefined && pipeline !== undefined
    : collection === undefined && pipeline === undefined;
const notOneStatement = "expected either sql (and params), or collection and pipeline";

/** `POST /datasources/:name/query`: a {@link statement}, and how much of its result is wanted. */
export const queryRequest = z
  .object({
    ...anyStatement,
    /** The most rows to return; what there is beyond them is announced by `truncated`. */
    limit: z.number().int().min(1).max(10_000).default(1000),
    /** Rows to pass over first, for a page after the first one. Needs a statement with an order. */
    offset: z.number().int().min(0).max(100_000).default(0),
    /** Milliseconds the database may take. */
    timeout_ms: z.number().int().min(1).max(60_000).default(10_000),
  })
  .refine(isOneStatement, notOneStatement);
export type QueryRequest = z.input<typeof queryRequest>;

/**
 * `POST /datasources/:name/export`: a {@link statement}, all of whose rows are streamed. Of `csv` the first line has the names
 * (RFC 4180; NULL is an empty field, empty text a quoted one; arrays and documents are JSON); `json` is one array of
 * objects,
 * `ndjson` one object a line. A name that repeats gets a number in JSON. An answer that breaks off was not complete.
 */
export const exportRequest = z
  .object({
    ...anyStatement,
    format: z.enum(["csv", "json", "ndjson"]).default("csv"),
    /**
     * Of csv: put an apostrophe before text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`,
     * `@`, tab or carriage return and is no number). Text that people have put into the database would run on the
     * machine that opens the file.
     */
    escape_formulas: z.boolean().default(true),
    /** The most rows. Default: all there are. */
    limit: z.number().int().min(1).max(1_000_000_000).default(1_000_000_000),
    /** Milliseconds until the last row must have been taken. */
    timeout_ms: z.number().int().min(1).max(600_000).default(600_000),
  })
  .refine(isOneStatement, notOneStatement);
export type ExportRequest = z.input<typeof exportRequest>;

/**
 * Rows as arrays, in the order of `columns` (names may repeat). Values are JSON and lose nothing:
 * integers are numbers where a double holds them exactly and strings beyond, decimals are strings with all their
 * digits, dates and times are ISO 8601 (those with a time zone in UTC), binary data is `\x` and hex digits, NULL
 * is null, arrays, JSON and nested documents are themselves; any other type is the text that the database prints.
 * Of MySQL, a TIMESTAMP is in UTC, a TIME the text that MySQL prints, a BIT binary data. Of MongoDB, an ObjectId is its
 * hex digits, and an array or document has its values in these same forms; a field that a document lacks is null.
 */
export const queryResult = z.object({
  /**
   * The type of each column as the database names it; of MongoDB the BSON type of the first value that is not null,
   * else `null`.
   */
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.json())),
  rowCount: z.number().int().nonnegative(),
  /** More rows exist than were returned: the row limit or the size limit was reached. */
  truncated: z.boolean(),
  took_ms: z.number().nonnegative(),
});
export type QueryResult = z.infer<typeof queryResult>;

/** A query plan. Services pass it on as it is; the query-parser, which makes plans, checks those that come back. */
export const plan = z.record(z.string(), z.json());

/** `POST /parse` */
export const parseRequest = z.object({
  query: z.string().trim().min(1).max(2000),
  /** May be left out where the db-connector knows exactly one. */
  datasource: z.string().optional(),
  /** The plan of the answer before, from which the question may go on: "and in France?", "sort by name". */
  follows: plan.optional(),
  /** A plan to take instead of the question's words: an alternative that was offered, or a corrected one. */
  plan: plan.optional(),
});
export type ParseRequest = z.infer<typeof parseRequest>;

/** Who read a question so: the engine, a language model, both of them alike, or whoever sent the plan. */
export const reader = z.enum(["engine", "model", "both", "sender"]);
export type Reader = z.infer<typeof reader>;

/** One way to understand a question. */
export const interpretation = z.object({
  plan,
  /** What was understood, in plain English. */
  reading: z.string(),
  /** How likely it is to be what was meant, from 0 to 1. */
  confidence: z.number().min(0).max(1),
  read_by: reader,
});
export type Interpretation = z.infer<typeof interpretation>;

/** The most likely interpretation, and the statement that answers it. The others come the likeliest first. */
export const parseResponse = interpretation.extend({
  query: z.string(),
  datasource: z.string(),
  dialect,
  statement,
  alternatives: z.array(interpretation),
  /** What was learned from this data source's examples, and used; absent where it was the bundled model alone. */
  learned_model: modelReference.optional(),
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
