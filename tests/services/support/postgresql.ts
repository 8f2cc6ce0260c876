import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import pg from "pg";
import { programOf, startServer, stopServer } from "./child-server.ts";
import { freePort } from "./free-port.ts";
import { orSkip } from "./or-skip.ts";

export interface TestPostgresql {
  /** The administrator's connections to the database `shop`. */
  admin: pg.Pool;
  /** The data source `shop` with a user who may only read what it was granted. */
  settings: DataSourceSettings;
  /** Turns TLS on, with a self-signed certificate. Needs openssl. */
  encrypt(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a real PostgreSQL server in a temporary folder; skips the test if it is not installed. */
export const startPostgresql = (context: Mocha.Context): Promise<TestPostgresql> =>
  orSkip(context, tryPostgresql, 60_000);

/**
 * Starts a real PostgreSQL server, or returns why this machine cannot run it.
 * @param durable whether commits wait for the disk, as in production. Default false
 */
export async function tryPostgresql({ durable = false } = {}): Promise<TestPostgresql | string> {
  const [server, installer, setpriv] = [programOf("postgres"), programOf("initdb"), programOf("setpriv")];
  if (server === undefined || installer === undefined)
    return "PostgreSQL is not installed (Debian's package postgresql)";
  const isRoot = process.getuid?.() === 0;
  if (isRoot && setpriv === undefined)
    return "PostgreSQL does not run as root, and there is no setpriv (Debian's package util-linux)";
  const asNobody = isRoot ? [setpriv!, "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const folder = mkdtempSync(join(tmpdir(), "chatdb-postgresql-"));
  chmodSync(folder, 0o777);
  const data = join(folder, "data");
  const run = (command: string[]) => execFileSync(command[0]!, command.slice(1), { stdio: "pipe", cwd: folder });
  run([...asNobody, installer, "-D", data, "-U", "admin", "--auth=trust", "--no-sync", "--locale=C.UTF-8"]);
  const port = await freePort();
  const [program, ...args] = [
    ...asNobody,
    server,
    "-D",
    data,
    "-p",
    String(port),
    "-h",
    "127.0.0.1",
    "-k",
    folder,
    ...(durable ? [] : ["-F"]),
  ];
  const child = await startServer(program!, args, port);
  const login = { host: "127.0.0.1", port, user: "admin" };
  await createDatabase(login);
  const admin = new pg.Pool({ ...login, database: "shop", max: 2 });
  await admin.query(
    "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA public TO reader; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader",
  );
  return {
    admin,
    settings: {
      name: "shop",
      dialect: "postgresql",
      host: "127.0.0.1",
      port,
      database: "shop",
      user: "reader",
      password: "",
      tls: "disable",
    },
    encrypt: async () => {
      const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
      run([
        ...asNobody,
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-keyout",
        key,
        "-out",
        certificate,
      ]);
      for (const setting of [`ssl_key_file = '${key}'`, `ssl_cert_file = '${certificate}'`, "ssl = on"])
        await admin.query(`ALTER SYSTEM SET ${setting}`);
      await admin.query("SELECT pg_reload_conf()");
    },
    close: async () => {
      await admin.end();
      await stopServer(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Retries while the server starts up, since it listens before it accepts logins. */
async function createDatabase(login: pg.ClientConfig): Promise<void> {
  const client = new pg.Client({ ...login, database: "postgres" });
  try {
    await client.connect();
  } catch (error) {
    if ((error as pg.DatabaseError).code !== "57P03") throw error;
    await delay(50);
    return await createDatabase(login);
  }
  await client.query("CREATE DATABASE shop");
  await client.end();
}
