import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** The migrations that create the tables in tables.ts; they run in the order of their names. */
export const migrations: Record<string, Migration> = {
  "001-data-sources": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("data_sources")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("dialect", "text", (column) => column.notNull())
        .addColumn("host", "text", (column) => column.notNull())
        .addColumn("port", "integer", (column) => column.notNull())
        .addColumn("database", "text", (column) => column.notNull())
        .addColumn("user", "text", (column) => column.notNull())
        .addColumn("tls", "text", (column) => column.notNull())
        .addColumn("password_ref", "text")
        .addColumn("password", "text")
        .addColumn("key_id", "text", (column) => column.check(sql`(key_id is null) = (password is null)`))
        .addColumn("revision", "uuid", (column) => column.notNull().defaultTo(sql`gen_random_uuid()`))
        .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .addColumn("changed_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .execute();
    },
  },
};
