import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "@platform/kit/usage-error.ts";

/** The folder of a system's data, for one process at a time. */
export interface DataDirectory {
  /** Folder of the object store. */
  objects: string;
  /** Folder of a database; undefined for one in memory. */
  database(name: string): string | undefined;
  /** Returns a random text that stays the same as long as the data. */
  secret(name: string): string;
  /** Frees the folder for another process. Synchronous, so that it works at the end of a process. */
  release(): void;
}

/** Creates a temporary folder that is removed when released. Databases are in memory. */
export function temporaryDirectory(): DataDirectory {
  const root = mkdtempSync(join(tmpdir(), "chatdb-"));
  return {
    objects: root,
    database: () => undefined,
    secret: randomText,
    release: () => rmSync(root, { recursive: true, force: true }),
  };
}

/**
 * Opens a folder that stays, and creates it if missing.
 * @throws UsageError if it cannot be written or another process uses it
 */
export function keptDirectory(path: string): DataDirectory {
  const root = resolve(path);
  const lock = join(root, "platform.pid");
  try {
    mkdirSync(join(root, "databases"), { recursive: true });
    if (isRunning(processIn(lock))) throw new UsageError(`--data ${path} is in use by the process ${processIn(lock)}`);
    writeFileSync(lock, String(process.pid));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--data ${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  return {
    objects: join(root, "objects"),
    database: (name) => join(root, "databases", name),
    secret: (name) => keptText(join(root, name)),
    release: () => rmSync(lock, { force: true }),
  };
}

const randomText = () => randomBytes(32).toString("base64");

/** Reads a file that only its owner may read, and creates it if missing. */
function keptText(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomText(), { mode: 0o600 });
  return readFileSync(path, "utf8");
}

function processIn(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isRunning(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process runs and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
