import { databaseTemplate } from "../../../services/embedded/database-template.ts";
import { SharedSession } from "../../../services/embedded/shared-session.ts";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";

export interface TestDatabase {
  host: string;
  port: number;
  /** A pool of connections, which `close` ends. */
  pool: pg.Pool;
  /** The content of the data directory, to start others from. */
  dump(): Promise<Blob>;
  close(): Promise<void>;
}

/**
 * Starts a PostgreSQL (PGlite) in this process, on a free port. @param content of its data directory; default: empty
 */
export async function startPglite(content?: Blob): Promise<TestDatabase> {
  const db = new SharedSession({ loadDataDir: content ?? (await databaseTemplate()) });
  await db.waitReady;
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 20 });
  await server.start();
  const [host = "", port = ""] = server.getServerConn().split(":");
  const pool = new pg.Pool({ host, port: Number(port), user: "postgres", database: "postgres", max: 2 });
  return {
    host,
    port: Number(port),
    pool,
    dump: () => db.dumpDataDir("none"),
    close: async () => {
      await pool.end();
      await server.stop();
      await db.close();
    },
  };
}
