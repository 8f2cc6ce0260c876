import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import mysql, { type Connection } from "mysql2/promise";
import { programOf, startServer, stopServer } from "./child-server.ts";
import { freePort } from "./free-port.ts";
import { orSkip } from "./or-skip.ts";

export interface TestMariadb {
  /** The administrator's connection to the database `shop`. */
  admin: Connection;
  /** The data source `shop` with a user who may only read it. */
  settings: DataSourceSettings;
  close(): Promise<void>;
}

/** Starts MariaDB in a temporary folder; skips the test if it is not installed. */
export const startMariadb = (context: Mocha.Context): Promise<TestMariadb> => orSkip(context, tryMariadb, 60_000);

/** Starts MariaDB, or returns why this machine cannot run it. */
export async function tryMariadb(): Promise<TestMariadb | string> {
  const [server, installer] = [programOf("mariadbd"), programOf("mariadb-install-db")];
  if (server === undefined || installer === undefined)
    return "MariaDB is not installed (Debian's package mariadb-server)";
  const folder = mkdtempSync(join(tmpdir(), "chatdb-mariadb-"));
  const data = join(folder, "data");
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  execFileSync(
    installer,
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...user],
    { stdio: "pipe" },
  );
  const port = await freePort();
  const args = [
    "--no-defaults",
    `--datadir=${data}`,
    `--socket=${join(folder, "socket")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    ...user,
  ];
  const child = await startServer(server, args, port);
  const admin = await mysql.createConnection({ host: "127.0.0.1", port, user: "root", multipleStatements: true });
  await admin.query(
    "CREATE DATABASE shop; CREATE USER reader@'%' IDENTIFIED BY 'secret'; GRANT SELECT ON shop.* TO reader@'%'; USE shop",
  );
  return {
    admin,
    settings: {
      name: "shop",
      dialect: "mysql",
      host: "127.0.0.1",
      port,
      database: "shop",
      user: "reader",
      password: "secret",
      tls: "disable",
    },
    close: async () => {
      await admin.end();
      await stopServer(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
