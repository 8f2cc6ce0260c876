import type { Socket } from "node:net";
import { Kysely, PostgresDialect } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import pg from "pg";
import type { DatabaseEnv } from "./env.ts";

/**
 * At most 10 connections, opened as needed; waiting for one fails after 5 s, so that a request does not hang. One on which the server
 * has said nothing for `silenceMs` is given up: no statement of a service may take longer, those of its migrations neither.
 */
export function openPool(env: DatabaseEnv, { silenceMs = 30_000 } = {}): pg.Pool {
  const pool = new pg.Pool({
    host: env.DATABASE_HOST,
    port: env.DATABASE_PORT,
    database: env.DATABASE_NAME,
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
    ssl: env.DATABASE_SSL === "require" && { rejectUnauthorized: false },
    max: 10,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 20_000,
  });
  // An idle connection broke (the server restarted). The pool has dropped it already, and opens another when one is
  // needed; without a listener the event would end the process.
  pool.on("error", () => undefined);
  ignoreBrokenClients(pool);
  pool.on("connect", (client) => void destroyWhenIdle(client, silenceMs));
  return pool;
}

/**
 * Ends a connection on which the server says nothing for `silenceMs`, until the returned function is called. A server that loses its power
 * says no word of it: without a limit, a query would wait until TCP gives up, a quarter of an hour.
 */
export function destroyWhenIdle(client: pg.ClientBase, silenceMs: number): () => void {
  const socket = socketOf(client);
  const giveUp = () =>
    socket.destroy(
      Object.assign(new Error(`PostgreSQL said nothing for ${silenceMs / 1000} s.`), { code: "ETIMEDOUT" }),
    );
  socket.setTimeout(silenceMs).on("timeout", giveUp);
  return () => void socket.setTimeout(0).off("timeout", giveUp);
}

/** A connection's socket, to which there is no typed way. */
export function socketOf(client: pg.ClientBase): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}

/**
 * A connection may also break while it is taken and between two queries, in a transaction for instance. The next query
 * rejects then; without a listener the event would end the process before that.
 */
export function ignoreBrokenClients(pool: pg.Pool): void {
  pool.on("connect", (client) => client.on("error", () => undefined));
}

export function openDatabase<DB>(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Brings the tables up to date: runs the migrations that have not run yet, in the order of their names, all or none.
 * Replicas that start at once wait for each other (Kysely's migrator takes an advisory lock).
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a migration works on tables that no type describes
export async function migrate(db: Kysely<any>, migrations: Record<string, Migration>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === "Error");
  throw new Error(failed ? `The migration "${failed.migrationName}" failed.` : "The database could not be migrated.", {
    cause: error,
  });
}
