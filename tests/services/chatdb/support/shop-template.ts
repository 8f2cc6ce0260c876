import { createHash, randomUUID } from "node:crypto";
import { globSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
  const file = join(root, "node_modules/.cache/databases", `shop-${await digestOfSources()}.tar`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Blob([kept]);
  const database = await startPglite();
  await load(database.pool);
  const made = await database.dump();
  await database.close();
  await keep(file, Buffer.from(await made.arrayBuffer())).catch(() => undefined);
  return made;
}

/** Renames the file into place, so that another test process never reads a part of it. */
async function keep(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, bytes);
  await rename(partial, file);
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
