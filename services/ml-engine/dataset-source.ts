import { Readable } from "node:stream";
import type { ObjectStore } from "@chatdb/kit/object-store.ts";
import { JobError } from "./training/job-error.ts";

export interface DatasetSource {
  objects: ObjectStore;
  /** The only buckets that jobs may read. */
  buckets: readonly string[];
  maxBytes: number;
}

/**
 * Opens the dataset at `s3://<bucket>/<key>`; or at `s3://<bucket>/<folder>/`, all objects there, one after the other in the
 * order of their keys. Throws a JobError where there is none that may be used.
 */
export async function openDataset({ objects, buckets, maxBytes }: DatasetSource, location: string): Promise<Readable> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (bucket === undefined || key === undefined) throw new JobError(`The dataset location "${location}" does not read s3://<bucket>/<key>.`);
  if (!buckets.includes(bucket)) {
    const readable = buckets.map((each) => `"${each}"`).join(" and ");
    throw new JobError(`Datasets are read from the bucket${buckets.length > 1 ? "s" : ""} ${readable} only, not from "${bucket}". Upload it with PUT /datasets/<name>.`);
  }
  const folder = key.endsWith("/");
  const files = folder ? await objects.list(bucket, key) : [await objects.head(bucket, key)].flatMap((found) => (found ? [{ key, ...found }] : []));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > maxBytes) throw new JobError(`The dataset ${location} has ${bytes} bytes; this engine takes at most ${maxBytes}.`);
  if (folder && files.length > 0) return Readable.from(contents(objects, bucket, files.map((file) => file.key)), { objectMode: false });
  const file = files.length > 0 ? await objects.get(bucket, key) : undefined;
  if (!file) throw new JobError(folder ? `There is nothing at ${location} yet.` : `There is no dataset at ${location}. Upload it with PUT /datasets/${key}.`);
  return file;
}

async function* contents(objects: ObjectStore, bucket: string, keys: readonly string[]): AsyncGenerator<Buffer> {
  for (const key of keys) {
    const file = await objects.get(bucket, key);
    if (file) yield* file as AsyncIterable<Buffer>;
  }
}
