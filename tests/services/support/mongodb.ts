import { join } from "node:path";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { MongoClient, type Db } from "mongodb";
import { startServer, stopServer } from "./child-server.ts";
import { freePort } from "./free-port.ts";
import { javaWith } from "./maven-jars.ts";
import { orSkip } from "./or-skip.ts";

export interface TestMongodb {
  /** The database `shop`. */
  db: Db;
  settings: DataSourceSettings;
  close(): Promise<void>;
}

/**
 * Starts a server of MongoDB's protocol in Java, which Maven downloads once; skips the test if this machine cannot run
 * it. The server has no users and lacks some stages.
 */
export const startMongodb = (context: Mocha.Context): Promise<TestMongodb> => orSkip(context, tryMongodb, 180_000);

/** Starts the server, or returns why this machine cannot run it. */
export async function tryMongodb(): Promise<TestMongodb | string> {
  const port = await freePort();
  const command = serverCommand(port);
  if (typeof command === "string") return command;
  const [program, ...args] = command;
  const child = await startServer(program!, args, port);
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, { directConnection: true });
  return {
    db: client.db("shop"),
    settings: {
      name: "shop",
      dialect: "mongodb",
      host: "127.0.0.1",
      port,
      database: "shop",
      user: "",
      password: "",
      tls: "disable",
    },
    close: async () => {
      await client.close();
      await stopServer(child);
    },
  };
}

/** Returns the server's command, or why there is none. */
function serverCommand(port: number): string[] | string {
  const found = javaWith("mongodb", "a server of MongoDB's protocol");
  if (typeof found === "string") return found;
  return [
    found.java,
    "-Xmx256M",
    "-cp",
    found.classPath,
    join(import.meta.dirname, "mongodb/Mongod.java"),
    String(port),
  ];
}
