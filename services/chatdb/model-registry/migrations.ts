import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

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
        // An integer, which the driver reads as a number: models are smaller than 2 GiB.
        .addColumn("bytes", "integer", (column) => column.notNull())
        .addColumn("format", "text", (column) => column.notNull())
        .addColumn("metrics", "jsonb", (column) => column.notNull())
        .addColumn("lineage", "jsonb")
        .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
        .addPrimaryKeyConstraint("model_versions_key", ["model_name", "version"])
        // One job makes one version, however often its registration is repeated.
        .addUniqueConstraint("model_versions_job", ["model_name", "job_id"])
        .execute();
    },
  },
  "002-stages-and-artifacts": {
    async up(db: Kysely<unknown>) {
      await addStages(db);
      await addArtifacts(db);
    },
  },
  "003-imported": {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable("model_versions").addColumn("imported", "jsonb").execute();
    },
  },
};

async function addStages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("model_versions")
    .addColumn("stage", "text", (column) =>
      column.notNull().defaultTo("none").check(sql`stage in ('none', 'staging', 'production', 'archived')`),
    )
    .addColumn("evaluation", "jsonb")
    .execute();
  for (const stage of ["staging", "production"]) {
    await sql`create unique index ${sql.id(`model_versions_${stage}`)} on model_versions (model_name) where stage = ${sql.lit(stage)}`.execute(
      db,
    );
  }
  await db.schema
    .createTable("stage_changes")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("model_name", "text", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("from_stage", "text", (column) => column.notNull())
    .addColumn("to_stage", "text", (column) => column.notNull())
    .addColumn("rollback", "boolean", (column) => column.notNull())
    .addColumn("changed_by", "text")
    .addColumn("changed_at", "timestamptz", (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
    .addForeignKeyConstraint("stage_changes_version", ["model_name", "version"], "model_versions", [
      "model_name",
      "version",
    ])
    .execute();
  await db.schema.createIndex("stage_changes_of_model").on("stage_changes").columns(["model_name", "id"]).execute();
}

async function addArtifacts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("artifacts")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("model_name", "text", (column) => column.notNull())
    .addColumn("sha256", "text", (column) => column.notNull())
    .addColumn("bytes", "integer")
    .addColumn("opened_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("stored_at", "timestamptz")
    .execute();
  await db.schema.createIndex("artifacts_by_digest").on("artifacts").columns(["model_name", "sha256"]).execute();
  // Existing versions have keys of their digest alone.
  await sql`
    insert into artifacts (key, model_name, sha256, bytes, stored_at)
    select model_name || '/' || sha256, model_name, sha256, min(bytes), max(created_at) from model_versions group by model_name, sha256`.execute(
    db,
  );
  await sql`alter table model_versions add column artifact_key text references artifacts (key)`.execute(db);
  await sql`update model_versions set artifact_key = model_name || '/' || sha256`.execute(db);
  await sql`alter table model_versions alter column artifact_key set not null`.execute(db);
  await db.schema.createIndex("model_versions_artifact").on("model_versions").column("artifact_key").execute();
}
