import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cachedDataDirectory } from "@platform/embedded/cached-data-directory.ts";
import { load } from "@chatdb/sample-data/load.ts";
import { startPglite } from "../../support/pglite.ts";

const root = join(import.meta.dirname, "../../../..");

let template: Promise<Blob> | undefined;

/**
 * Returns a data directory with the sample shop. Filling one takes seconds and copying it a fraction, so it is kept in
 * a file until the sample data or PGlite changes.
 */
export function shopTemplate(): Promise<Blob> {
  return (template ??= readTemplate());
}

async function readTemplate(): Promise<Blob> {
  return cachedDataDirectory(`shop-${await digestOfSources()}`, async () => {
    const database = await startPglite();
    await load(database.pool);
    const made = await database.dump();
    await database.close();
    return made;
  });
}

async function digestOfSources(): Promise<string> {
  const files = [
    ...globSync("services/chatdb/sample-data/*.ts", { cwd: root }).sort(),
    "node_modules/@electric-sql/pglite/package.json",
  ];
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}
