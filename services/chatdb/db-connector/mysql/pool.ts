import mysql, { type ConnectionOptions, type Pool, type PoolConnection } from "mysql2";
import { connectTimeoutMs, maxConnections } from "../driver.ts";
import { Session } from "./session.ts";

/** A pool of sessions; one reader uses a session at a time. */
export class MysqlPool {
  readonly #pool: Pool;
  readonly #sessions = new WeakMap<PoolConnection, Session>();

  constructor(options: ConnectionOptions, onIdleError: (error: Error) => void) {
    this.#pool = mysql.createPool({
      ...options,
      connectionLimit: maxConnections,
      maxIdle: maxConnections,
      idleTimeout: 30_000,
    });
    // Without a listener the error would end the process. The pool has already dropped the connection.
    this.#pool.on("connection", (connection) => connection.on("error", onIdleError));
  }

  /** Takes a session, which the caller has to release or drop. @throws Error if no connection is free in time */
  async take(): Promise<Session> {
    const taken = Promise.withResolvers<PoolConnection>();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      taken.reject(new Error("timeout exceeded when trying to connect"));
    }, connectTimeoutMs);
    this.#pool.getConnection((error, connection) => {
      if (error) taken.reject(error);
      else if (late) connection.release();
      else taken.resolve(connection);
    });
    const connection = await taken.promise.finally(() => clearTimeout(timer));
    const session = this.#sessions.get(connection) ?? new Session(connection);
    this.#sessions.set(connection, session);
    return session;
  }

  /** Runs `work` in a read-only transaction. */
  async use<T>(timeoutMs: number, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.take();
    let usable = false;
    try {
      await session.begin(timeoutMs);
      const result = await work(session);
      await session.end();
      usable = true;
      return result;
    } finally {
      if (usable) session.release();
      else session.drop();
    }
  }

  async close(): Promise<void> {
    await this.#pool.promise().end();
  }
}
