import { databaseTemplate } from "../../../services/embedded/database-template.ts";
import { SharedSession } from "../../../services/embedded/shared-session.ts";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";

export interface TestDatabase {
  host: string;
  port: number;
  /** A pool of connections, which `close` ends. */
  pool: pg.Pool;
  close(): Promise<void>;
}

/** Starts an empty PostgreSQL (PGlite) in this process, on a free port. */
export async function startPglite(): Promise<TestDatabase> {
  const db = new SharedSession({ loadDataDir: await databaseTemplate() });
  await db.waitReady;
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
  await server.start();
  const [host = "", port = ""] = server.getServerConn().split(":");
  const pool = new pg.Pool({ host, port: Number(port), user: "postgres", database: "postgres", max: 2 });
  return {
    host,
    port: Number(port),
    pool,
    close: async () => {
      await pool.end();
      await server.stop();
      await db.close();
    },
  };
}
