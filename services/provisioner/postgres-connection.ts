import pg from "pg";
import type { Logger } from "@platform/kit/log.ts";
import { codeOf, isNetworkFailure, retry } from "./retry.ts";

export interface PostgresServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** As in libpq: `require` encrypts and does not check the server's certificate. */
  ssl: "disable" | "require";
}

/** cannot_connect_now: starting up or shutting down; too_many_connections. https://www.postgresql.org/docs/18/errcodes-appendix.html */
const passingStates = new Set(["57P03", "53300"]);

const connectTimeoutMs = 5000;

/** Runs `use` with a connection to a database, which is closed afterwards. Waits for a server that cannot be reached yet. */
export async function withConnection<T>(
  server: PostgresServer,
  database: string,
  log: Logger,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await retry(() => connect(server, database), {
    what: `PostgreSQL at ${server.host}:${server.port}`,
    log,
    mayPass,
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

/** pg reports a timeout and a connection closed early without a code. */
function mayPass(error: unknown): boolean {
  return (
    isNetworkFailure(error) ||
    passingStates.has(codeOf(error)) ||
    (codeOf(error) === "" && /timeout|terminated/i.test(String(error)))
  );
}
