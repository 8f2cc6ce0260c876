import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source.ts";
import { MongoClient, type Db } from "mongodb";
import { programOf, startServer, stopServer } from "./child-server.ts";
import { freePort } from "./free-port.ts";

export interface TestMongodb {
  /** The database `shop`. */
  db: Db;
  settings: DataSourceSettings;
  close(): Promise<void>;
}

const source = join(import.meta.dirname, "mongodb");
const jars = join(import.meta.dirname, "../../../node_modules/.cache/mongodb-for-tests");

/**
 * Starts a server of MongoDB's protocol on this machine: one in Java, which Maven gets once. It knows no users, and not all
 * stages. Where that cannot be, says so and skips.
 */
export async function startMongodb(context: Mocha.Context): Promise<TestMongodb> {
  context.timeout(180_000);
  const started = await tryMongodb();
  if (typeof started !== "string") return started;
  console.log(`      skipped: ${started}`);
  return context.skip();
}

/** The same, or why that cannot be. */
export async function tryMongodb(): Promise<TestMongodb | string> {
  const port = await freePort();
  const command = serverCommand(port);
  if (typeof command === "string") return command;
  const [program, ...args] = command;
  const child = await startServer(program!, args, port);
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, { directConnection: true });
  return {
    db: client.db("shop"),
    settings: { name: "shop", dialect: "mongodb", host: "127.0.0.1", port, database: "shop", user: "", password: "", tls: "disable" },
    close: async () => {
      await client.close();
      await stopServer(child);
    },
  };
}

/** What to run, or why there is nothing. */
function serverCommand(port: number): string[] | string {
  const [java, javac, maven] = [programOf("java"), programOf("javac"), programOf("mvn")];
  if (java === undefined || javac === undefined) return "there is no JDK to run a server of MongoDB's protocol (Debian's package openjdk-17-jdk-headless)";
  if (!existsSync(jars)) {
    if (maven === undefined) return "there is no Maven to get a server of MongoDB's protocol (Debian's package maven)";
    const got = spawnSync(maven, ["-q", "-B", "-f", join(source, "pom.xml"), "dependency:copy-dependencies", `-DoutputDirectory=${jars}`], { encoding: "utf8", timeout: 120_000 });
    if (got.status !== 0) return `Maven did not get a server of MongoDB's protocol: ${got.stdout.slice(0, 500)}`;
  }
  return [java, "-Xmx256M", "-cp", join(jars, "*"), join(source, "Mongod.java"), String(port)];
}
