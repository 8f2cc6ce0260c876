import type { Readable } from "node:stream";
import type { ObjectStore } from "@chatdb/kit/object-store.ts";
import { JobError } from "./training/job-error.ts";

export interface DatasetSource {
  objects: ObjectStore;
  /** The only bucket that jobs may read. */
  bucket: string;
  maxBytes: number;
}

/** Opens the dataset at `s3://<bucket>/<key>`. Throws a JobError where there is none that may be used. */
export async function openDataset({ objects, bucket, maxBytes }: DatasetSource, location: string): Promise<Readable> {
  const [, named, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (named === undefined || key === undefined) throw new JobError(`The dataset location "${location}" does not read s3://<bucket>/<key>.`);
  if (named !== bucket) throw new JobError(`Datasets are read from the bucket "${bucket}" only, not from "${named}". Upload it with PUT /datasets/<name>.`);
  const found = await objects.head(bucket, key);
  if (found && found.bytes > maxBytes) throw new JobError(`The dataset ${location} has ${found.bytes} bytes; this engine takes at most ${maxBytes}.`);
  const file = await objects.get(bucket, key);
  if (!file) throw new JobError(`There is no dataset at ${location}. Upload it with PUT /datasets/${key}.`);
  return file;
}
