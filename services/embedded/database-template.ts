import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";

let template: Promise<Blob> | undefined;

/**
 * An empty database to start others from. PostgreSQL takes seconds to make one and a fraction to copy it, so it is made
 * once per version of PGlite and kept in a file beside the packages; where that cannot be written, once per process.
 */
export function databaseTemplate(): Promise<Blob> {
  return (template ??= readTemplate());
}

async function readTemplate(): Promise<Blob> {
  const file = await templateFile();
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Blob([kept]);
  const db = new PGlite();
  await db.waitReady;
  const made = await db.dumpDataDir("none");
  await db.close();
  await keep(file, Buffer.from(await made.arrayBuffer())).catch(() => undefined);
  return made;
}

/** Renames it into place, so that another process that starts meanwhile reads all of it or nothing. */
async function keep(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, bytes);
  await rename(partial, file);
}

async function templateFile(): Promise<string> {
  const packageRoot = fileURLToPath(new URL("..", import.meta.resolve("@electric-sql/pglite")));
  const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return join(import.meta.dirname, "../../node_modules/.cache/databases", `pglite-${version}.tar`);
}
