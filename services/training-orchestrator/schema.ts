import type { JobStatus } from "@chatdb/contracts/jobs.ts";
import type { Metrics } from "@chatdb/contracts/models.ts";
import type { TrainingParameters } from "@chatdb/contracts/training-parameters.ts";
import { sql, type ColumnType, type Generated, type GeneratedAlways, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Stored as jsonb: written as text, read as a value. */
type Json<T> = ColumnType<T, string, string>;

export interface OrchestratorTables {
  jobs: {
    id: string;
    model_name: string;
    dataset_location: string;
    target: string | null;
    parameters: Json<TrainingParameters>;
    idempotency_key: string | null;
    status: Generated<JobStatus>;
    model_version: number | null;
    metrics: Json<Metrics> | null;
    error: string | null;
    created_at: GeneratedAlways<Date>;
    started_at: Date | null;
    finished_at: Date | null;
  };
  /** Events that are on record but not yet known to be in Kafka. */
  outbox: {
    id: GeneratedAlways<string>;
    topic: string;
    key: string;
    value: Json<unknown>;
  };
}

export const migrations: Record<string, Migration> = {
  "001-jobs": {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable("jobs")
        .addColumn("id", "uuid", (column) => column.primaryKey())
        .addColumn("model_name", "text", (column) => column.notNull())
        .addColumn("dataset_location", "text", (column) => column.notNull())
        .addColumn("target", "text")
        .addColumn("parameters", "jsonb", (column) => column.notNull())
        .addColumn("idempotency_key", "text", (column) => column.unique())
        .addColumn("status", "text", (column) =>
          column.notNull().defaultTo("queued").check(sql`status in ('queued', 'running', 'succeeded', 'failed')`),
        )
        .addColumn("model_version", "integer")
        .addColumn("metrics", "jsonb")
        .addColumn("error", "text")
        .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .addColumn("started_at", "timestamptz")
        .addColumn("finished_at", "timestamptz")
        .execute();
      await db.schema.createIndex("jobs_newest").on("jobs").columns(["created_at desc", "id"]).execute();
      await db.schema
        .createTable("outbox")
        .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("topic", "text", (column) => column.notNull())
        .addColumn("key", "text", (column) => column.notNull())
        .addColumn("value", "jsonb", (column) => column.notNull())
        .execute();
    },
  },
};
