import pg from "pg";
import type { Logger } from "@platform/kit/log.ts";
import { whenUsable } from "./when-usable.ts";

export interface PostgresServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** As in libpq: `require` encrypts and does not check the server's certificate. */
  ssl: "disable" | "require";
}

const connectTimeoutMs = 5000;

/** Runs `use` with a connection to a database and closes it. Waits for a server that cannot be reached yet. */
export async function withConnection<T>(
  server: PostgresServer,
  database: string,
  log: Logger,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await whenUsable(() => connect(server, database), {
    what: `PostgreSQL at ${server.host}:${server.port}`,
    log,
  });
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function connect({ ssl, ...server }: PostgresServer, database: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...server,
    database,
    ssl: ssl === "require" ? { rejectUnauthorized: false } : false,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: "chatdb-provisioner",
  });
  await client.connect();
  return client;
}
