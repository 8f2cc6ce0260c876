import type { Lineage, Metrics } from "@chatdb/contracts/models.ts";
import { sql, type ColumnType, type GeneratedAlways, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Stored as jsonb: written as text, read as a value. */
type Json<T> = ColumnType<T, string, never>;

export interface RegistryTables {
  models: { name: string };
  model_versions: {
    model_name: string;
    version: number;
    job_id: string;
    sha256: string;
    bytes: number;
    format: string;
    metrics: Json<Metrics>;
    lineage: Json<Lineage> | null;
    created_at: GeneratedAlways<Date>;
  };
}

export const migrations: Record<string, Migration> = {
  "001-models": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("models")
        .addColumn("name", "text", (column) => column.primaryKey())
        .execute();
      await db.schema
        .createTable("model_versions")
        .addColumn("model_name", "text", (column) => column.notNull().references("models.name"))
        .addColumn("version", "integer", (column) => column.notNull().check(sql`version > 0`))
        .addColumn("job_id", "text", (column) => column.notNull())
        .addColumn("sha256", "text", (column) => column.notNull())
        // An integer, which the driver reads as a number: 2 GiB is more than a model may have.
        .addColumn("bytes", "integer", (column) => column.notNull())
        .addColumn("format", "text", (column) => column.notNull())
        .addColumn("metrics", "jsonb", (column) => column.notNull())
        .addColumn("lineage", "jsonb")
        .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .addPrimaryKeyConstraint("model_versions_key", ["model_name", "version"])
        // One job gives one version, however often its registration is repeated.
        .addUniqueConstraint("model_versions_job", ["model_name", "job_id"])
        .execute();
    },
  },
};
