import { Kysely, PostgresDialect } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import pg from "pg";
import type { DatabaseEnv } from "./env.ts";

/** At most 10 connections, opened as needed; waiting for one fails after 5 s, so that a request does not hang. */
export function openPool(env: DatabaseEnv): pg.Pool {
  const pool = new pg.Pool({
    host: env.DATABASE_HOST,
    port: env.DATABASE_PORT,
    database: env.DATABASE_NAME,
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
    ssl: env.DATABASE_SSL === "require" && { rejectUnauthorized: false },
    max: 10,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
  });
  // An idle connection broke (the server restarted). The pool has dropped it already, and opens another when one is
  // needed; without a listener the event would end the process.
  pool.on("error", () => undefined);
  outliveBreaks(pool);
  return pool;
}

/**
 * A connection may also break while it is taken and between two queries, in a transaction for instance. The next query
 * rejects then; without a listener the event would end the process before that.
 */
export function outliveBreaks(pool: pg.Pool): void {
  pool.on("connect", (client) => client.on("error", () => undefined));
}

export function openDatabase<DB>(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Brings the tables up to date: runs the migrations that have not run yet, in the order of their names, all or none.
 * Replicas that start at once wait for each other (Kysely's migrator takes an advisory lock).
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a migration works on tables that no type describes
export async function migrate(db: Kysely<any>, migrations: Record<string, Migration>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === "Error");
  throw new Error(failed ? `The migration "${failed.migrationName}" failed.` : "The database could not be migrated.", { cause: error });
}
