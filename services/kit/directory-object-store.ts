import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, constants, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createMeter, type Listed, type ObjectStore } from "./object-store.ts";

/** Names of buckets as S3 has them, so that what works here works there. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The longest file name that common file systems take, in bytes. */
const longestName = 255;

/**
 * Objects as files in a directory: a folder for each bucket, made by the first put; a file for each key, named by the
 * key in URL encoding. So no key leaves its bucket, and "a" and "a/b" can both exist. A key may have 255 bytes in that
 * encoding.
 */
export function createDirectoryObjectStore(root: string): ObjectStore {
  return {
    async put(bucket, key, body) {
      const path = pathOf(root, bucket, key);
      await mkdir(folderOf(root, bucket), { recursive: true });
      const partial = join(folderOf(root, bucket), `.${randomUUID()}`);
      const { meter, stored } = createMeter();
      try {
        await pipeline(
          Buffer.isBuffer(body) ? Readable.from([body]) : body,
          meter,
          createWriteStream(partial, { flags: "wx", flush: true }),
        );
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
      return stored();
    },
    async get(bucket, key) {
      const file = await unlessMissing(open(pathOf(root, bucket, key)));
      return file?.createReadStream();
    },
    async head(bucket, key) {
      const found = await unlessMissing(stat(pathOf(root, bucket, key)));
      return found && { bytes: found.size };
    },
    async list(bucket, prefix = "") {
      const folder = folderOf(root, bucket);
      const names = (await unlessMissing(readdir(folder))) ?? [];
      // A name that starts with a dot is a put under way.
      const keys = names.filter((name) => !name.startsWith(".")).map(decodeURIComponent);
      const found = keys.filter((key) => key.startsWith(prefix)).sort();
      const objects = await Promise.all(
        found.map(async (key): Promise<Listed | undefined> => {
          const file = await unlessMissing(stat(join(folder, encode(key))));
          return file && { key, bytes: file.size, modified: file.mtime };
        }),
      );
      return objects.filter((object) => object !== undefined);
    },
    async remove(bucket, key) {
      await rm(pathOf(root, bucket, key), { force: true });
    },
    async ping() {
      await mkdir(root, { recursive: true });
      await access(root, constants.W_OK);
    },
  };
}

function folderOf(root: string, bucket: string): string {
  if (!bucketName.test(bucket))
    throw new Error(`"${bucket}" is no name for a bucket: 3 to 63 lower-case letters, digits, dots and hyphens.`);
  return join(root, bucket);
}

function pathOf(root: string, bucket: string, key: string): string {
  return join(folderOf(root, bucket), encode(key));
}

function encode(key: string): string {
  if (key === "" || !key.isWellFormed())
    throw new Error(`${JSON.stringify(key)} is no key for an object: it must be text, and not empty.`);
  const name = encodeURIComponent(key).replace(/^\./, "%2E");
  if (name.length > longestName)
    throw new Error(
      `The key ${JSON.stringify(key)} is too long for a directory store: ${name.length} of ${longestName} bytes once encoded.`,
    );
  return name;
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
