import type { Socket } from "node:net";
import { Kysely, PostgresDialect } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import pg from "pg";
import type { DatabaseEnv } from "./env.ts";

/**
 * Opens a pool of at most 10 connections. Waiting for one fails after 5 s, so that requests do not hang. A connection
 * on which the server is silent for `silenceMs` is closed: no statement, migrations included, may take longer.
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
  // An idle connection broke, as in a restart of the server. The pool has dropped it already; without a listener the
  // event would end the process.
  pool.on("error", () => undefined);
  ignoreBrokenClients(pool);
  pool.on("connect", (client) => void destroyWhenIdle(client, silenceMs));
  return pool;
}

/**
 * Closes a connection on which the server is silent for `silenceMs`, until the returned function is called. A server
 * that loses power sends no FIN, so a query would otherwise wait a quarter of an hour, until TCP gives up.
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

/** Returns a connection's socket, which pg's types hide. */
export function socketOf(client: pg.ClientBase): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}

/**
 * Ignores the errors of connections that break between two queries of a transaction. The next query rejects; without a
 * listener the event would end the process before that.
 */
export function ignoreBrokenClients(pool: pg.Pool): void {
  pool.on("connect", (client) => client.on("error", () => undefined));
}

export function openDatabase<DB>(pool: pg.Pool): Kysely<DB> {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * Runs the migrations that have not run yet, in the order of their names, all or none. Replicas that start together
 * wait for each other, since Kysely's migrator takes an advisory lock.
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
