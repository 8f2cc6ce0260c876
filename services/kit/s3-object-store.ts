import type { Readable } from "node:stream";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  paginateListObjectsV2,
  DeleteObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { S3Env } from "./env.ts";
import { createMeter, type Listed, type ObjectStore } from "./object-store.ts";

/** Bytes of a part of an upload. Two are in memory at a time; S3 takes 10,000 parts, so objects of up to 78 GiB. */
const partSize = 8 * 1024 * 1024;

/**
 * Opens an S3-compatible store, with buckets in the path, so that their names need not be in DNS. A request without an
 * answer within `answerMs` is repeated up to twice; a transfer that is silent for `silenceMs` fails.
 */
export function createS3ObjectStore(
  env: S3Env,
  { answerMs = 15_000, silenceMs = 30_000 } = {},
): ObjectStore & { close(): void } {
  const client = openClient(env, answerMs, silenceMs);
  return {
    async put(Bucket, Key, body, { contentType } = {}) {
      const { meter, stored } = createMeter();
      // Not pipeline(), since the upload must see the source's error to abort its parts.
      if (Buffer.isBuffer(body)) meter.end(body);
      else body.on("error", (error) => meter.destroy(error)).pipe(meter);
      const upload = new Upload({
        client,
        partSize,
        queueSize: 2,
        params: { Bucket, Key, Body: meter, ContentType: contentType },
      });
      await upload.done();
      return stored();
    },
    async get(Bucket, Key) {
      const found = await unlessMissing(client.send(new GetObjectCommand({ Bucket, Key })));
      return found?.Body as Readable | undefined;
    },
    async head(Bucket, Key) {
      const found = await unlessMissing(client.send(new HeadObjectCommand({ Bucket, Key })));
      return found && { bytes: found.ContentLength ?? 0 };
    },
    async list(Bucket, prefix) {
      const objects: Listed[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
        for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
          // Objects without a date count as new, so that none is removed by mistake.
          objects.push({ key: Key, bytes: Size, modified: LastModified ?? new Date() });
        }
      }
      return objects;
    },
    async remove(Bucket, Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    async ping() {
      try {
        await client.send(new ListBucketsCommand({ MaxBuckets: 1 }));
      } catch (error) {
        // The store accepted the login; a user of one bucket may lack the right to list buckets.
        if (!(error instanceof S3ServiceException && error.name === "AccessDenied")) throw error;
      }
    },
    close: () => client.destroy(),
  };
}

function openClient(env: S3Env, answerMs: number, silenceMs: number): S3Client {
  return new S3Client({
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    credentials: { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY },
    forcePathStyle: true,
    // Not all stores know the checksums that the client sends by default.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A dead server sends no FIN, so time out; without throwOnRequestTimeout the SDK only logs the timeout.
    requestHandler: {
      connectionTimeout: 3000,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMs,
    },
  });
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof S3ServiceException && (error.name === "NoSuchKey" || error.name === "NotFound"))
      return undefined;
    throw error;
  }
}
