import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { cachedDataDirectory } from "./cached-data-directory.ts";

let template: Promise<Blob> | undefined;

/**
 * An empty database to start others from. PostgreSQL takes seconds to make one and a fraction to copy it, so it is made
 * once per version of PGlite and kept in a file beside the packages; where that cannot be written, once per process.
 */
export function databaseTemplate(): Promise<Blob> {
  return (template ??= readTemplate());
}

async function readTemplate(): Promise<Blob> {
  return cachedDataDirectory(`pglite-${await pgliteVersion()}`, async () => {
    const db = new PGlite();
    await db.waitReady;
    const made = await db.dumpDataDir("none");
    await db.close();
    return made;
  });
}

async function pgliteVersion(): Promise<string> {
  const file = fileURLToPath(new URL("../package.json", import.meta.resolve("@electric-sql/pglite")));
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
