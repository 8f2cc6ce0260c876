import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readEnv } from "@platform/kit/env.ts";
import { createLogger } from "@platform/kit/log.ts";
import { bucketPolicy } from "@platform/provisioner/bucket-policy.ts";
import {
  bucketSettings,
  provisionBuckets,
  retireBucketUser,
  retireBucketUserSettings,
} from "@platform/provisioner/buckets.ts";
import { expect } from "chai";

const {
  S3_TEST_ENDPOINT: endpoint,
  S3_TEST_ACCESS_KEY_ID: accessKeyId = "",
  S3_TEST_SECRET_ACCESS_KEY: secretAccessKey = "",
} = process.env;

describe("provisioner buckets", () => {
  it("grants reading, and writing only to the declared buckets", () => {
    const { Statement } = bucketPolicy({ models: "read-write", datasets: "read" });
    const actions = (resource: string) =>
      Statement.find(({ Resource }) => Resource[0] === `arn:aws:s3:::${resource}`)?.Action;
    expect(Statement).to.have.length(4);
    expect(actions("datasets/*")).to.deep.equal(["s3:GetObject"]);
    expect(actions("models/*")).to.include.members(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]);
    expect(actions("datasets")).to.include("s3:ListBucket");
  });

  it("generates the same policy for the same buckets in another order", () => {
    expect(bucketPolicy({ a: "read", b: "read-write" })).to.deep.equal(bucketPolicy({ b: "read-write", a: "read" }));
  });

  it("requires a user unless users are managed elsewhere", () => {
    const admin = { ADMIN_S3_ACCESS_KEY_ID: "a", ADMIN_S3_SECRET_ACCESS_KEY: "s", BUCKETS: '{"models":"read"}' };
    expect(() => readEnv(bucketSettings, { ...admin, MANAGE_USERS: "false" })).not.to.throw();
    expect(() => readEnv(bucketSettings, admin)).to.throw(
      /S3_ENDPOINT: not set[^]*POLICY_NAME: not set[^]*ACCESS_KEY_ID: not set[^]*SECRET_ACCESS_KEY: not set/,
    );
  });

  describe("with an object store", () => {
    const prefix = `provisioner-test-${process.pid}`;
    const [written, read, foreign] = [`${prefix}-written`, `${prefix}-read`, `${prefix}-foreign`];
    const user = `user-${process.pid}`;
    let admin: S3Client;

    const client = (id: string, secret: string) =>
      new S3Client({
        endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { accessKeyId: id, secretAccessKey: secret },
      });
    const provision = (secret: string) =>
      provisionBuckets(
        readEnv(bucketSettings, {
          S3_ENDPOINT: endpoint,
          ADMIN_S3_ACCESS_KEY_ID: accessKeyId,
          ADMIN_S3_SECRET_ACCESS_KEY: secretAccessKey,
          BUCKETS: JSON.stringify({ [written]: "read-write", [read]: "read" }),
          POLICY_NAME: user,
          ACCESS_KEY_ID: user,
          SECRET_ACCESS_KEY: secret,
        }),
        createLogger("test", "silent"),
      );
    /** Returns the name of the error, or "done". */
    const outcome = (done: Promise<unknown>) =>
      done.then(
        () => "done",
        (error: Error) => error.name,
      );

    before(async function () {
      if (endpoint === undefined) {
        console.log("      skipped: S3_TEST_ENDPOINT names no MinIO");
        this.skip();
      }
      admin = client(accessKeyId, secretAccessKey);
      await admin.send(new CreateBucketCommand({ Bucket: foreign }));
    });
    after(async () => {
      if (endpoint === undefined) return;
      for (const Bucket of [written, read, foreign]) {
        for (const { Key } of (await admin.send(new ListObjectsV2Command({ Bucket }))).Contents ?? [])
          await admin.send(new DeleteObjectCommand({ Bucket, Key }));
        await admin.send(new DeleteBucketCommand({ Bucket }));
      }
    });

    it("creates buckets and a user with access to them only, and is idempotent", async () => {
      for (const round of [1, 2]) {
        await provision("first-secret");
        const s3 = client(user, "first-secret");
        await admin.send(new PutObjectCommand({ Bucket: read, Key: "k", Body: "there" }));
        expect(await outcome(s3.send(new PutObjectCommand({ Bucket: written, Key: "k", Body: `${round}` })))).to.equal(
          "done",
        );
        expect(await outcome(s3.send(new GetObjectCommand({ Bucket: read, Key: "k" })))).to.equal("done");
        expect(await outcome(s3.send(new PutObjectCommand({ Bucket: read, Key: "k", Body: "x" })))).to.equal(
          "AccessDenied",
        );
        expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: foreign })))).to.equal("AccessDenied");
        expect(await outcome(s3.send(new CreateBucketCommand({ Bucket: `${prefix}-more` })))).to.equal("AccessDenied");
      }
    });

    it("sets a new secret", async () => {
      await provision("second-secret");
      expect(await outcome(client(user, "second-secret").send(new ListObjectsV2Command({ Bucket: written })))).to.equal(
        "done",
      );
      expect(await outcome(client(user, "first-secret").send(new ListObjectsV2Command({ Bucket: written })))).to.equal(
        "SignatureDoesNotMatch",
      );
    });

    it("removes a user, and succeeds when it is already gone", async () => {
      const settings = {
        S3_ENDPOINT: endpoint,
        ADMIN_S3_ACCESS_KEY_ID: accessKeyId,
        ADMIN_S3_SECRET_ACCESS_KEY: secretAccessKey,
        ACCESS_KEY_ID: user,
        GRACE_SECONDS: "0",
      };
      for (const round of [1, 2]) {
        await retireBucketUser(readEnv(retireBucketUserSettings, settings), createLogger("test", "silent"));
        const listed = await outcome(client(user, "second-secret").send(new ListObjectsV2Command({ Bucket: written })));
        expect(listed, `round ${round}`).to.equal("InvalidAccessKeyId");
      }
    });
  });
});
