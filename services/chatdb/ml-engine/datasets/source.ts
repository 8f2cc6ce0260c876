import { pipeline, Transform, type Readable } from "node:stream";
import type { AddressRules } from "@platform/kit/address-rules.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import type { DatasetFormat } from "../training/dataset.ts";
import { JobError } from "../training/job-error.ts";
import { openQuery } from "./query.ts";
import { openStored } from "./stored.ts";
import { openFromWeb } from "./web.ts";

/** Where datasets come from. */
export interface DatasetSources {
  objects: ObjectStore;
  /** The only buckets that jobs may read. */
  buckets: readonly string[];
  /** Of one dataset. */
  maxBytes: number;
  /** Which addresses jobs may name. */
  web: AddressRules;
  dbConnectorUrl: string;
}

/** A dataset that is being read. */
export interface DatasetFile {
  body: Readable;
  format: DatasetFormat;
  /** Where that is known. */
  bytes?: number | undefined;
}

/** Opens the dataset at a location. Throws a JobError where there is none that may be used; anything else may pass. */
export function openDataset(sources: DatasetSources, location: string, signal: AbortSignal): Promise<DatasetFile> {
  if (location.startsWith("s3://")) return openStored(sources, location);
  if (location.startsWith("query://")) return openQuery(sources, location, signal);
  return openFromWeb(sources, location, signal);
}

/** "0.5 of 2.0 MB", "11.6 of 11.6 kB". */
function amount(read: number, bytes: number | undefined): string {
  const [unit, name] = (bytes ?? read) < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
  const parts = bytes === undefined ? [read] : [read, bytes];
  return `${parts.map((part) => (part / unit).toFixed(1)).join(" of ")} ${name}`;
}

/** The dataset's bytes, while `progress` is told how many have been read: the share is 0 where nobody knows of how many. Breaks off with a JobError after `maxBytes`. */
export function metered(
  { body, bytes }: DatasetFile,
  maxBytes: number,
  progress: (share: number, step: string) => void,
): Readable {
  let read = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      progress(bytes ? read / bytes : 0, `reading the dataset: ${amount(read, bytes)}`);
      if (read > maxBytes) done(new JobError(tooLarge(maxBytes)));
      else done(null, chunk);
    },
  });
  // What ends either ends the other; the meter's reader hears of it.
  return pipeline(body, meter, () => undefined);
}

export function tooLarge(maxBytes: number, bytes?: number): string {
  return `The dataset has ${bytes === undefined ? "more bytes than this engine takes" : `${bytes} bytes`}; it takes at most ${maxBytes}.`;
}
