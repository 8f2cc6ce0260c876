import { createHash } from "node:crypto";
import { Transform, type Readable } from "node:stream";

/** Size in bytes and SHA-256 in hexadecimal of a stored object. */
export interface Stored {
  bytes: number;
  sha256: string;
}

/** An object as it stands in a list. */
export interface Listed {
  key: string;
  bytes: number;
  /** Time of the put by the store's clock; for a large object in S3, the start of its upload. */
  modified: Date;
}

/**
 * Objects by bucket and key. Bodies are streamed: memory does not grow with their size.
 * A key should not be the folder of another ("a" and "a/b"): MinIO stores both but lists only the first.
 */
export interface ObjectStore {
  /** Replaces what was there at once: a reader sees the old object or the new one, never a part. */
  put(bucket: string, key: string, body: Readable | Buffer, options?: { contentType?: string }): Promise<Stored>;
  /** The object, or undefined when there is none. */
  get(bucket: string, key: string): Promise<Readable | undefined>;
  head(bucket: string, key: string): Promise<{ bytes: number } | undefined>;
  /** All objects whose key starts with `prefix`, by key. */
  list(bucket: string, prefix?: string): Promise<Listed[]>;
  /** Does nothing when there is no such object. */
  remove(bucket: string, key: string): Promise<void>;
  /** Rejects when the store cannot be used. */
  ping(): Promise<void>;
}

/** Counts and hashes the bytes that pass through; `stored()` returns both. */
export function createMeter(): { meter: Transform; stored: () => Stored } {
  const hash = createHash("sha256");
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { meter, stored: () => ({ bytes, sha256: hash.copy().digest("hex") }) };
}
