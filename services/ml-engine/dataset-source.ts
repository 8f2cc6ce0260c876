import { pipeline, Readable, Transform } from "node:stream";
import type { ObjectStore } from "@chatdb/kit/object-store.ts";
import { JobError } from "./training/job-error.ts";

export interface DatasetSources {
  objects: ObjectStore;
  /** The only buckets that jobs may read. */
  buckets: readonly string[];
  maxBytes: number;
}

/** A dataset that is being read. */
export interface DatasetFile {
  body: Readable;
  /** Where that is known. */
  bytes?: number | undefined;
}

/**
 * Opens the dataset at `s3://<bucket>/<key>`; or at `s3://<bucket>/<folder>/`, all objects there, one after the other in the
 * order of their keys. Throws a JobError where there is none that may be used.
 */
export async function openDataset({ objects, buckets, maxBytes }: DatasetSources, location: string): Promise<DatasetFile> {
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
  if (folder && files.length > 0) return { bytes, body: Readable.from(contents(objects, bucket, files.map((file) => file.key)), { objectMode: false }) };
  const body = files.length > 0 ? await objects.get(bucket, key) : undefined;
  if (!body) throw new JobError(folder ? `There is nothing at ${location} yet.` : `There is no dataset at ${location}. Upload it with PUT /datasets/${key}.`);
  return { body, bytes };
}

async function* contents(objects: ObjectStore, bucket: string, keys: readonly string[]): AsyncGenerator<Buffer> {
  for (const key of keys) {
    const file = await objects.get(bucket, key);
    if (file) yield* file as AsyncIterable<Buffer>;
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** The dataset's bytes, while `progress` is told how many have been read: the share is 0 where nobody knows of how many. */
export function metered({ body, bytes }: DatasetFile, progress: (share: number, step: string) => void): Readable {
  let read = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      progress(bytes ? read / bytes : 0, `reading the dataset: ${megabytes(read)}${bytes === undefined ? "" : ` of ${megabytes(bytes)}`} MB`);
      done(null, chunk);
    },
  });
  // What ends either ends the other; the meter's reader hears of it.
  return pipeline(body, meter, () => undefined);
}
