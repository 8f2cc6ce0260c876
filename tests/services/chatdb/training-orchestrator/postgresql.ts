import pg from "pg";
import { ignoreBrokenClients } from "@platform/kit/database.ts";
import { startPostgresql } from "../../support/postgresql.ts";

/** A PostgreSQL of several processes with an empty database, and further pools of it, which whoever opens them ends. */
export async function startServer(context: Mocha.Context) {
  const server = await startPostgresql(context);
  const { host, port, database } = server.settings;
  const open = (options: pg.PoolConfig = {}) => {
    const pool = new pg.Pool({ host, port, database, user: "admin", max: 5, ...options });
    pool.on("error", () => undefined);
    ignoreBrokenClients(pool);
    return pool;
  };
  const pool = open();
  return {
    pool,
    open,
    close: async () => {
      await pool.end();
      await server.close();
    },
  };
}
