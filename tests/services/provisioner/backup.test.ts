import { expect } from "chai";
import fc from "fast-check";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";
import { expired, instant, keyOf, listBackups, type Backup } from "@platform/provisioner/backup-catalog.ts";
import { fetchBackup, pruneBackups, storeBackup, type Place } from "@platform/provisioner/backup.ts";

const log = createLogger("test", "silent");
const day = 86_400_000;
const {
  S3_TEST_ENDPOINT: endpoint,
  S3_TEST_ACCESS_KEY_ID: accessKeyId = "",
  S3_TEST_SECRET_ACCESS_KEY: secretAccessKey = "",
} = process.env;

/** The name of a backup that begins at an instant. */
const timeOf = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");

describe("expired backups", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  // Ages in seconds, from a second to a hundred days.
  const backups = fc
    .uniqueArray(fc.record({ age: fc.integer({ min: 1, max: 100 * 86_400 }), complete: fc.boolean() }), {
      selector: ({ age }) => age,
      maxLength: 30,
    })
    .map((list) => list.map(({ age, complete }): Backup => ({ time: timeOf(now - age * 1000), complete, parts: [] })));
  const keep = fc.integer({ min: 3600, max: 50 * 86_400 }).map((seconds) => seconds * 1000);

  it("are dated by their name", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        (second) => instant(timeOf(second * 1000)) === second * 1000,
      ),
    );
  });

  it("never include the newest complete backup or a recent one", () => {
    fc.assert(
      fc.property(backups, keep, (all, keepMs) => {
        const gone = expired(all, now, keepMs);
        const newest = all.filter(({ complete }) => complete).sort((a, b) => instant(b.time) - instant(a.time))[0];
        expect(gone).to.not.include(newest);
        for (const { time } of gone) expect(now - instant(time)).to.be.greaterThan(keepMs);
      }),
    );
  });

  it("include all others", () => {
    fc.assert(
      fc.property(backups, keep, (all, keepMs) => {
        const left = all.filter((backup) => !expired(all, now, keepMs).includes(backup));
        expect(left.filter(({ time }) => now - instant(time) > keepMs).length).to.be.at.most(1);
        expect(left.some(({ complete }) => complete)).to.equal(all.some(({ complete }) => complete));
      }),
    );
  });
});

const places: Record<string, () => Promise<(Place & { close(): Promise<void> }) | undefined>> = {
  directory: async () => {
    const root = await mkdtemp(join(tmpdir(), "chatdb-backups-"));
    return { store: createDirectoryObjectStore(root), bucket: "backups", close: () => rm(root, { recursive: true }) };
  },
  "S3 store": async () => {
    if (endpoint === undefined) return undefined;
    const bucket = `backup-test-${process.pid}`;
    const client = new S3Client({
      endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const store = createS3ObjectStore({
      S3_ENDPOINT: endpoint,
      S3_REGION: "us-east-1",
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    });
    return {
      store,
      bucket,
      close: async () => {
        await client.send(new DeleteBucketCommand({ Bucket: bucket }));
        client.destroy();
        store.close();
      },
    };
  },
};

for (const [name, open] of Object.entries(places)) {
  describe(`backups in a ${name}`, () => {
    let place: Awaited<ReturnType<typeof open>>;
    let directory: string;
    before(async function () {
      place = await open();
      if (place) return;
      console.log("      skipped: S3_TEST_ENDPOINT names no MinIO");
      this.skip();
    });
    after(() => place?.close());
    beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), "chatdb-dump-"))));
    afterEach(async () => {
      await rm(directory, { recursive: true });
      for (const { key } of await place!.store.list(place!.bucket)) await place!.store.remove(place!.bucket, key);
    });

    /** Writes a dump with random content where dump.sh would. */
    const dump = async (time: string) => {
      const folder = join(directory, "dumped", time);
      await mkdir(folder, { recursive: true });
      const files = {
        "globals.sql": Buffer.from("CREATE ROLE training;"),
        "a database.dump": randomBytes(100_000),
        "empty.dump": Buffer.of(),
      };
      for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
      await writeFile(join(directory, "dumped", "databases"), "a database\n");
      return files;
    };
    const backUp = async (time: string) => {
      const files = await dump(time);
      await storeBackup(place!, join(directory, "dumped"), log);
      await rm(join(directory, "dumped"), { recursive: true });
      return files;
    };
    const times = async () =>
      (await listBackups(place!.store, place!.bucket)).map(({ time, complete }) => [time, complete]);
    const failure = (done: Promise<unknown>) =>
      done.then(
        () => "no failure",
        (error: Error) => error.message,
      );

    it("are restored unchanged, by time or as the latest", async () => {
      await backUp("20261120T060000Z");
      const files = await backUp("20261121T060000Z");
      await fetchBackup(place!, "latest", directory, log);
      const fetched = join(directory, "20261121T060000Z");
      expect((await readdir(fetched)).sort()).to.deep.equal(Object.keys(files).sort());
      for (const [file, content] of Object.entries(files))
        expect(content.equals(await readFile(join(fetched, file))), file).to.equal(true);
      await fetchBackup(place!, "20261120T060000Z", directory, log);
      expect(await readdir(directory)).to.include("20261120T060000Z");
    });

    it("describe their parts in a manifest, and do not exist without it", async () => {
      const files = await backUp("20261120T060000Z");
      await place!.store.put(place!.bucket, keyOf("20261121T060000Z", "training.dump"), Buffer.from("broken off"));
      expect(await times()).to.deep.equal([
        ["20261121T060000Z", false],
        ["20261120T060000Z", true],
      ]);
      const body = await place!.store.get(place!.bucket, keyOf("20261120T060000Z", "manifest.json"));
      const { parts } = JSON.parse(Buffer.concat(await body!.toArray()).toString()) as {
        parts: { name: string; bytes: number; sha256: string }[];
      };
      const sha256 = createHash("sha256").update(files["a database.dump"]).digest("hex");
      expect(parts[0]).to.deep.equal({ name: "a database.dump", bytes: 100_000, sha256 });
      await fetchBackup(place!, "latest", directory, log);
      expect(await readdir(directory)).to.deep.equal(["20261120T060000Z"]);
    });

    it("are reported as missing when there are none, or not the requested one", async () => {
      expect(await failure(fetchBackup(place!, "latest", directory, log))).to.equal(
        `There is no backup in the bucket ${place!.bucket}.`,
      );
      expect(await failure(fetchBackup(place!, "20200101T000000Z", directory, log))).to.equal(
        `There is no backup 20200101T000000Z in the bucket ${place!.bucket}.`,
      );
    });

    it("are rejected when a part or the manifest was changed or lost", async () => {
      const time = "20261121T060000Z";
      const key = (part: string) => keyOf(time, part);
      await backUp(time);
      await place!.store.put(place!.bucket, key("a database.dump"), randomBytes(100_000));
      expect(await failure(fetchBackup(place!, time, directory, log))).to.match(
        /^The backup 20261121T060000Z is damaged: a database.dump has 100000 bytes with the SHA-256/,
      );
      await rm(join(directory, time), { recursive: true });
      await place!.store.remove(place!.bucket, key("a database.dump"));
      expect(await failure(fetchBackup(place!, time, directory, log))).to.include("a database.dump is missing");
      for (const manifest of [
        "{",
        "{}",
        JSON.stringify({ version: 1, time, parts: [] }),
        JSON.stringify({ version: 2, time, parts: [{}] }),
      ]) {
        await place!.store.put(place!.bucket, key("manifest.json"), Buffer.from(manifest));
        expect(await failure(fetchBackup(place!, time, directory, log)), manifest).to.include(
          "manifest of the backup 20261121T060000Z is broken",
        );
      }
    });

    it("are deleted when they expire, incomplete ones included", async () => {
      for (const time of ["20261101T060000Z", "20261102T060000Z", "20261120T060000Z"]) await backUp(time);
      await place!.store.put(place!.bucket, keyOf("20261103T060000Z", "training.dump"), Buffer.from("broken off"));
      await pruneBackups(place!, Date.parse("2026-11-21T06:00:00Z"), 18.5 * day, log);
      expect(await times()).to.deep.equal([
        ["20261120T060000Z", true],
        ["20261103T060000Z", false],
      ]);
      await pruneBackups(place!, Date.parse("2027-11-21T06:00:00Z"), 14 * day, log);
      expect(await times()).to.deep.equal([["20261120T060000Z", true]]);
      expect(await place!.store.list(place!.bucket)).to.have.length(4);
    });

    it("are not created without a dump or from two", async () => {
      expect(await failure(storeBackup(place!, directory, log))).to.include("should hold one dump, and holds none");
      await dump("20261120T060000Z");
      await dump("20261121T060000Z");
      expect(await failure(storeBackup(place!, join(directory, "dumped"), log))).to.include(
        "20261120T060000Z, 20261121T060000Z",
      );
    });
  });
}
