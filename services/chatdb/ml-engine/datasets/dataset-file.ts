import { pipeline, Transform, type Readable } from "node:stream";
import type { AddressRules } from "@platform/kit/address-rules.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import type { DatasetFormat } from "../training/dataset.ts";
import { JobError } from "../training/job-error.ts";

/** The places that datasets may come from. */
export interface DatasetSources {
  objects: ObjectStore;
  /** The only buckets that jobs may read. */
  buckets: readonly string[];
  /** Upper limit of one dataset, bytes. */
  maxBytes: number;
  /** The addresses that jobs may name. */
  web: AddressRules;
  dbConnectorUrl: string;
}

/** A dataset that is being read. */
export interface DatasetFile {
  body: Readable;
  format: DatasetFormat;
  /** Its size, if the source knows it. */
  bytes?: number | undefined;
}

/** There is no registered type for JSON lines; these are in use. */
const jsonLines = /^application\/(x-ndjson|ndjson|x-jsonlines|jsonlines|jsonl|json-lines)\b/i;

/** Determines the format by the content type, else by the ending of the path. */
export function formatOf(path: string, contentType = ""): DatasetFormat {
  return jsonLines.test(contentType) || /\.(jsonl|ndjson)$/i.test(path) ? "json-lines" : "csv";
}

/**
 * Passes the dataset's bytes on and reports how many have been read; the share is 0 if the size is unknown. The stream
 * fails with a JobError after `maxBytes`.
 */
export function limitBytes(
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
  // The end of either stream ends the other; the meter's reader receives the error.
  return pipeline(body, meter, () => undefined);
}

/** Describes a dataset that exceeds the limit. */
export function tooLarge(maxBytes: number, bytes?: number): string {
  const size = bytes === undefined ? "more bytes than this engine takes" : `${bytes} bytes`;
  return `The dataset has ${size}; it takes at most ${maxBytes}.`;
}

/** "0.5 of 2.0 MB", "11.6 of 11.6 kB". */
function amount(read: number, bytes: number | undefined): string {
  const [unit, name] = (bytes ?? read) < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
  const parts = bytes === undefined ? [read] : [read, bytes];
  return `${parts.map((part) => (part / unit).toFixed(1)).join(" of ")} ${name}`;
}
