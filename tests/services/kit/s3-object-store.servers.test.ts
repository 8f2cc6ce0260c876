import { randomUUID } from "node:crypto";
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";
import { itIsAnObjectStore } from "./object-store-contract.ts";

const {
  S3_TEST_ENDPOINT: endpoint,
  S3_TEST_ACCESS_KEY_ID: accessKeyId = "",
  S3_TEST_SECRET_ACCESS_KEY: secretAccessKey = "",
} = process.env;
const reason =
  endpoint === undefined
    ? " (skipped: S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY_ID and S3_TEST_SECRET_ACCESS_KEY name no store)"
    : "";

describe(`S3 object store${reason}`, function () {
  this.timeout(180_000);
  if (endpoint === undefined) {
    it("needs an S3 server");
    return;
  }
  const env = {
    S3_ENDPOINT: endpoint,
    S3_REGION: "us-east-1",
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const store = createS3ObjectStore(env);
  const admin = new S3Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  let bucket: string;
  beforeEach(async () => {
    bucket = randomUUID();
    await admin.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  after(() => {
    store.close();
    admin.destroy();
  });

  itIsAnObjectStore(() => ({ store, bucket }), { longestKey: 100, numRuns: 50 });

  it("removes the parts of a failed upload", async () => {
    const failing = (async function* () {
      yield Buffer.alloc(20 * 1024 * 1024);
      await Promise.reject(new Error("the source broke"));
    })();
    const { Readable } = await import("node:stream");
    const failure = await store.put(bucket, "broken", Readable.from(failing)).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    const { Uploads = [] } = await admin.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).to.deep.equal([]);
  });

  it("is not reachable with a wrong key or without a server", async () => {
    for (const wrong of [
      { ...env, S3_ACCESS_KEY_ID: "nobody" },
      { ...env, S3_ENDPOINT: "http://127.0.0.1:1" },
    ]) {
      const other = createS3ObjectStore(wrong);
      expect(await other.ping().catch((error: unknown) => error)).to.be.instanceOf(Error);
      other.close();
    }
  });
});
