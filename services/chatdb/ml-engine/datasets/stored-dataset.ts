import { Readable } from "node:stream";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { JobError } from "../training/job-error.ts";
import { formatOf, tooLarge, type DatasetFile, type DatasetSources } from "./dataset-file.ts";

/** Opens `s3://<bucket>/<key>`, or all objects of `s3://<bucket>/<folder>/` as one file, in the order of their keys. */
export async function openStored(
  { objects, buckets, maxBytes }: DatasetSources,
  location: string,
): Promise<DatasetFile> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (bucket === undefined || key === undefined)
    throw new JobError(`The dataset location "${location}" does not read s3://<bucket>/<key>.`);
  if (!buckets.includes(bucket)) {
    const readable = buckets.map((each) => `"${each}"`).join(" and ");
    throw new JobError(
      `Datasets are read from the bucket${buckets.length > 1 ? "s" : ""} ${readable} only, not from "${bucket}". Upload it with PUT /datasets/<name>.`,
    );
  }
  const folder = key.endsWith("/");
  const files = folder
    ? await objects.list(bucket, key)
    : [await objects.head(bucket, key)].flatMap((found) => (found ? [{ key, ...found }] : []));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > maxBytes) throw new JobError(tooLarge(maxBytes, bytes));
  const format = formatOf(files[0]?.key ?? "");
  if (folder && files.length > 0)
    return {
      bytes,
      format,
      body: Readable.from(
        contents(
          objects,
          bucket,
          files.map((file) => file.key),
        ),
        { objectMode: false },
      ),
    };
  const body = files.length > 0 ? await objects.get(bucket, key) : undefined;
  if (!body)
    throw new JobError(
      folder
        ? `There is nothing at ${location} yet.`
        : `There is no dataset at ${location}. Upload it with PUT /datasets/${key}.`,
    );
  return { body, format, bytes };
}

async function* contents(objects: ObjectStore, bucket: string, keys: readonly string[]): AsyncGenerator<Buffer> {
  for (const key of keys) {
    const file = await objects.get(bucket, key);
    if (file) yield* file as AsyncIterable<Buffer>;
  }
}
