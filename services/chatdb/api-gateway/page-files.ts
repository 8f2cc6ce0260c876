import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { buildPage } from "./page-build.ts";

export interface PageFile {
  name: string;
  type: string;
  /** Derived from the content. */
  etag: string;
  content: Buffer;
  gzipped: Buffer;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The folder in which bin/bundle.ts puts the built page, beside main.js. It exists in images only. */
const built = join(import.meta.dirname, "page");

let files: Promise<PageFile[]> | undefined;

/** Loads the files of the web page into memory. When run from the sources, it builds them once in a process. */
export function pageFiles(): Promise<PageFile[]> {
  files ??= existsSync(join(built, "main.js")) ? filesOf(built) : buildAndRead();
  return files;
}

async function buildAndRead(): Promise<PageFile[]> {
  const folder = await mkdtemp(join(tmpdir(), "chatdb-page-"));
  try {
    await buildPage(folder);
    return await filesOf(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function filesOf(folder: string): Promise<PageFile[]> {
  const names = (await readdir(folder)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(folder, name));
      const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
      return {
        name,
        type: types[extname(name)] ?? "application/octet-stream",
        etag,
        content,
        gzipped: await promisify(gzip)(content, { level: 9 }),
      };
    }),
  );
}
