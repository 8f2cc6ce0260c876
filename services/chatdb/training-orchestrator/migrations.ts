import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const migrations: Record<string, Migration> = {
  "001-jobs": { up: createJobs },
  "002-schedule": { up: addSchedule },
  "003-retention": { up: addRetention },
  "004-queued-phase": { up: renameWaitingPhase },
};

async function createJobs(db: Kysely<unknown>): Promise<void> {
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
}

/**
 * Replicas of the former version keep working while this one is rolled out: they neither read nor write the new
 * columns. A job that they accept is sent by them and by the scheduler as the same attempt, which the engines
 * recognise.
 */
async function addSchedule(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table jobs
      add column priority smallint not null default 1,
      add column timeout_s integer not null default 3600,
      add column max_attempts integer not null default 10,
      add column owner text,
      add column phase text not null default 'waiting',
      add column attempt integer not null default 1,
      add column last_attempt integer not null default 10,
      add column progress double precision not null default 0,
      add column progress_at timestamptz,
      add column step text,
      add column sent_at timestamptz,
      add column next_attempt_at timestamptz,
      add column heard_at timestamptz,
      add column entries integer not null default 0,
      drop constraint jobs_status_check,
      add constraint jobs_status_check check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
      -- Jobs that one statement inserts differ, too.
      alter column created_at set default clock_timestamp()`.execute(db);
  // Until now a job was sent as soon as it was stored.
  await sql`
    update jobs set sent_at = created_at, heard_at = created_at,
      phase = case status when 'queued' then 'sent' when 'running' then 'started' else status end`.execute(db);
  await sql`
    alter table jobs
      add constraint jobs_phase_check check (phase in ('waiting', 'sent', 'started', 'retrying', 'failed', 'cancelled', 'succeeded'))`.execute(
    db,
  );

  await sql`drop index jobs_newest`.execute(db);
  await sql`create index jobs_newest on jobs (created_at desc, id desc)`.execute(db);
  await sql`create index jobs_newest_of_model on jobs (model_name, created_at desc, id desc)`.execute(db);
  await sql`create index jobs_newest_of_status on jobs (status, created_at desc, id desc)`.execute(db);
  await sql`create index jobs_to_send on jobs (coalesce(owner, model_name), priority desc, created_at, id) where phase in ('waiting', 'retrying')`.execute(
    db,
  );
  await sql`create index jobs_under_way on jobs (coalesce(owner, model_name)) where phase in ('sent', 'started')`.execute(
    db,
  );

  await sql`
    create table job_events (
      job_id uuid not null references jobs on delete cascade,
      number integer not null,
      kind text not null,
      attempt integer not null,
      at timestamptz not null,
      text text,
      progress double precision,
      primary key (job_id, number)
    )`.execute(db);
  // A line that is delivered again is stored once.
  await sql`create unique index job_events_logs on job_events (job_id, attempt, at, md5(text)) where kind = 'log'`.execute(
    db,
  );
}

/** Finds the jobs that ended first. */
async function addRetention(db: Kysely<unknown>): Promise<void> {
  await sql`create index jobs_ended on jobs (finished_at) where phase in ('failed', 'cancelled', 'succeeded')`.execute(
    db,
  );
}

/**
 * Renames the phase `waiting` to `queued`, as the history calls it. Replicas of the former version answer 500 about
 * queued jobs while this one is rolled out, and lose nothing.
 */
async function renameWaitingPhase(db: Kysely<unknown>): Promise<void> {
  await sql`drop index jobs_to_send`.execute(db);
  await sql`
    alter table jobs
      drop constraint jobs_phase_check,
      alter column phase set default 'queued'`.execute(db);
  await sql`update jobs set phase = 'queued' where phase = 'waiting'`.execute(db);
  await sql`
    alter table jobs add constraint jobs_phase_check
      check (phase in ('queued', 'sent', 'started', 'retrying', 'failed', 'cancelled', 'succeeded'))`.execute(db);
  await sql`
    create index jobs_to_send on jobs (coalesce(owner, model_name), priority desc, created_at, id)
      where phase in ('queued', 'retrying')`.execute(db);
}
