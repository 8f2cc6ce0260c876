import type { DatabaseSchema, Parameter, Table as SchemaTable } from "@chatdb/contracts/query.ts";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { introspect } from "@chatdb/db-connector/postgresql/introspect.ts";
import { withSamples } from "@chatdb/db-connector/postgresql/sample-values.ts";
import { decoderOf } from "@chatdb/db-connector/postgresql/values.ts";
import { startDatabases, type EmbeddedDatabase } from "../../services/embedded/embedded-database.ts";
import type { Compiled } from "@chatdb/question-engine/compile/statement.ts";
import { load } from "@chatdb/sample-data/load.ts";
import pg from "pg";
import type { SchemaFacts } from "./column-facts.ts";
import type { Value } from "./column-values.ts";
import type { Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { inBlocks, orderOf, type GoldRows } from "./gold-result.ts";
import { parentsFirst, referencedKeys, type Rows } from "./generate-rows.ts";
import type { SetSchema } from "./question-set.ts";

/** The embedded PostgreSQL in which the engine's queries run, filled again for each set of rows. */
export class PostgresDatabase {
  readonly #embedded: EmbeddedDatabase;
  readonly #client: pg.Client;

  private constructor(embedded: EmbeddedDatabase, client: pg.Client) {
    this.#embedded = embedded;
    this.#client = client;
  }

  static async start(): Promise<PostgresDatabase> {
    const { bench } = await startDatabases({ bench: undefined });
    const { env } = bench;
    const client = new pg.Client({
      host: env.DATABASE_HOST,
      port: env.DATABASE_PORT,
      user: env.DATABASE_USER,
      database: env.DATABASE_NAME,
    });
    await client.connect();
    return new PostgresDatabase(bench, client);
  }

  /** Replaces the whole content. */
  async fill(facts: SchemaFacts, rows: Rows): Promise<void> {
    await this.#client.query(
      `SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${ddlOf(facts)}; ${insertsOf(facts, rows)}; ${foreignKeysOf(facts)}`,
    );
  }

  /** Replaces the whole content by the sample shop. */
  async fillShop(): Promise<void> {
    await this.#client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; SET TIME ZONE 'UTC'");
    await load(this.#client);
  }

  /** The settings with which the db-connector connects. */
  get settings(): DataSourceSettings {
    const { env } = this.#embedded;
    return {
      name: "shop",
      dialect: "postgresql",
      host: env.DATABASE_HOST,
      port: env.DATABASE_PORT,
      database: env.DATABASE_NAME,
      user: env.DATABASE_USER,
      password: "",
      tls: "disable",
    };
  }

  /** Runs a gold query. @throws PostgreSQL's error if it rejects the query */
  async gold(sql: string): Promise<GoldRows> {
    const order = orderOf(sql);
    const rows = await this.query(sql, []);
    return inBlocks(rows, order, order?.keyed === undefined ? undefined : await this.query(order.keyed, []));
  }

  /** Returns the schema as the db-connector describes it to the engine. */
  async schema(name: string): Promise<DatabaseSchema> {
    const tables: SchemaTable[] = [];
    for (const table of await introspect(this.#client)) tables.push(await withSamples(this.#client, table));
    return { datasource: name, dialect: "postgresql", tables, at: new Date().toISOString() };
  }

  /** Runs a query. @throws PostgreSQL's error if it rejects the query */
  async query(sql: string, params: readonly Parameter[]): Promise<Table> {
    const types = { getTypeParser: (oid: number) => decoderOf(oid) };
    const { rows } = await this.#client.query<unknown[]>({ text: sql, values: [...params], rowMode: "array", types });
    return rows;
  }

  /** Runs a statement. @throws PostgreSQL's error */
  async run(statement: Compiled): Promise<Table> {
    if (!("sql" in statement)) throw new Error("A pipeline is nothing for PostgreSQL.");
    return await this.query(statement.sql, statement.params);
  }

  async close(): Promise<void> {
    await this.#client.end();
    await this.#embedded.close();
  }
}

const quoted = pg.escapeIdentifier;
const list = (names: readonly string[]) => names.map(quoted).join(", ");

function ddlOf({ schema, of }: SchemaFacts): string {
  const tables = schema.tables.map((table) => {
    const columns = table.columns.map(({ name }) => `${quoted(name)} ${of(table.name, name).domain.type}`);
    const primary = table.primaryKey.length > 0 ? [`PRIMARY KEY (${list(table.primaryKey)})`] : [];
    const unique = referencedKeys(schema, table).map((key) => `UNIQUE (${list(key)})`);
    const comments = table.columns.map(
      ({ name, comment }) => `COMMENT ON COLUMN ${quoted(table.name)}.${quoted(name)} IS ${pg.escapeLiteral(comment)}`,
    );
    const create = `CREATE TABLE ${quoted(table.name)} (${[...columns, ...primary, ...unique].join(", ")})`;
    return [create, `COMMENT ON TABLE ${quoted(table.name)} IS ${pg.escapeLiteral(table.comment)}`, ...comments].join(
      "; ",
    );
  });
  return tables.join("; ");
}

function insertsOf({ schema, of }: SchemaFacts, rows: Rows): string {
  const inserts = schema.tables.map(({ name, columns }) => {
    const types = columns.map((column) => of(name, column.name).domain.type);
    const values = rows
      .get(name)!
      .map(
        (row) =>
          `(${columns.map((column, index) => literal(row[column.name]!, types[index] === "boolean")).join(", ")})`,
      );
    return `INSERT INTO ${quoted(name)} VALUES ${values.join(", ")}`;
  });
  return inserts.join("; ");
}

function literal(value: Value, isBoolean: boolean): string {
  if (value === null) return "NULL";
  if (isBoolean) return value ? "true" : "false";
  return typeof value === "number" ? String(value) : pg.escapeLiteral(value);
}

/** The rows already satisfy the foreign keys, so PostgreSQL need not check them. */
function foreignKeysOf({ schema }: { schema: SetSchema }): string {
  const keys = parentsFirst(schema).flatMap(({ name, foreignKeys }) =>
    foreignKeys.map(
      ({ columns, table, references }) =>
        `ALTER TABLE ${quoted(name)} ADD FOREIGN KEY (${list(columns)}) REFERENCES ${quoted(table)} (${list(references)}) NOT VALID`,
    ),
  );
  return keys.join("; ");
}
