import { outliveBreaks } from "@chatdb/kit/database.ts";
import { databaseEnv, readEnv } from "@chatdb/kit/env.ts";
import pg from "pg";
import { z } from "zod";

/** Where a PostgreSQL database is and as whom to read it. */
export interface DataSourceSettings {
  name: string;
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** As in libpq: `require` encrypts and does not check the server's certificate. */
  ssl: "disable" | "require";
}

/** Connections to one data source from one replica. */
const maxConnections = 5;

/** How long a request waits for a free or a new connection, in ms. */
const connectTimeoutMs = 3000;

const settingPattern = /^DATASOURCE_(?<group>\w+)_(?:HOST|PORT|NAME|USER|PASSWORD|SSL)$/;

/**
 * The data sources that the environment names: each group of `DATASOURCE_<NAME>_HOST`, `_PORT` (default 5432), `_NAME`,
 * `_USER`, `_PASSWORD`, `_SSL` (`disable` or `require`, default `disable`) is one, called by its name in lower case.
 * @throws ConfigurationError with every variable that is missing or wrong
 */
export function readDataSources(env: NodeJS.ProcessEnv = process.env): DataSourceSettings[] {
  const groups = [...new Set(Object.keys(env).flatMap((name) => settingPattern.exec(name)?.groups?.group ?? []))].sort();
  const settings = Object.entries(databaseEnv);
  const variable = (group: string, setting: string) => setting.replace("DATABASE", `DATASOURCE_${group}`);
  const values = readEnv(z.object(Object.fromEntries(groups.flatMap((group) => settings.map(([name, type]) => [variable(group, name), type])))), env);
  return groups.map((group) => {
    const read = z.object(databaseEnv).parse(Object.fromEntries(settings.map(([name]) => [name, values[variable(group, name)]])));
    return {
      name: group.toLowerCase(),
      host: read.DATABASE_HOST,
      port: read.DATABASE_PORT,
      database: read.DATABASE_NAME,
      user: read.DATABASE_USER,
      password: read.DATABASE_PASSWORD,
      ssl: read.DATABASE_SSL,
    };
  });
}

const connection = ({ host, port, database, user, password, ssl }: DataSourceSettings): pg.ClientConfig => ({
  host,
  port,
  database,
  user,
  password,
  ssl: ssl === "require" ? { rejectUnauthorized: false } : false,
  application_name: "chatdb-db-connector",
  connectionTimeoutMillis: connectTimeoutMs,
});

/** A pool that connects when first asked. `onIdleError` hears of connections that broke while nobody used them. */
export function openDataSourcePool(settings: DataSourceSettings, onIdleError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ ...connection(settings), max: maxConnections, idleTimeoutMillis: 30_000, maxLifetimeSeconds: 1800 });
  // Without a listener the process would end with the connection; the pool has already dropped it.
  pool.on("error", onIdleError);
  outliveBreaks(pool);
  return pool;
}

/** Stops what the server process `pid` is doing. On a connection of its own: those of the pool may all be taken. */
export async function cancelBackend(settings: DataSourceSettings, pid: number): Promise<void> {
  const client = new pg.Client({ ...connection(settings), query_timeout: connectTimeoutMs });
  await client.connect();
  try {
    await client.query("SELECT pg_cancel_backend($1)", [pid]);
  } finally {
    await client.end();
  }
}
