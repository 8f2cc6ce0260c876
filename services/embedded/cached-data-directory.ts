import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const folder = join(import.meta.dirname, "../../node_modules/.cache/databases");

/**
 * Returns the dump of a PGlite data directory that is kept under a name beside the packages, and makes it the first
 * time. The name has to change with whatever the dump depends on. If the file cannot be written, nothing is kept.
 */
export async function cachedDataDirectory(name: string, make: () => Promise<Blob>): Promise<Blob> {
  const file = join(folder, `${name}.tar`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Blob([kept]);
  const made = await make();
  await keep(file, Buffer.from(await made.arrayBuffer())).catch(() => undefined);
  return made;
}

/** Renames the file into place, so that another process never reads a part of it. */
async function keep(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, bytes);
  await rename(partial, file);
}
