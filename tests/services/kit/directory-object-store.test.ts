import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import { itIsAnObjectStore } from "./object-store-contract.ts";

describe("directory object store", () => {
  let outside: string;
  let root: string;
  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), "object-store-"));
    root = join(outside, "root");
  });
  afterEach(() => rm(outside, { recursive: true }));

  itIsAnObjectStore(() => ({ store: createDirectoryObjectStore(root), bucket: "bucket" }), {
    longestKey: 25,
    numRuns: 200,
  });

  it("keeps every key inside its bucket", async () => {
    const store = createDirectoryObjectStore(root);
    const segment = fc.constantFrom("..", ".", "", "a", "/", "\\", "\0", "%2e%2e", "etc", "~");
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("/", "\\", ""),
        async (segments, separator) => {
          const key = segments.join(separator);
          if (key === "") return;
          await store.put("bucket", key, Buffer.from(key));
          expect((await store.list("bucket", key)).map((object) => object.key)).to.include(key);
          await store.remove("bucket", key);
          expect(await readdir(outside)).to.deep.equal(["root"]);
          expect(await readdir(root)).to.deep.equal(["bucket"]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("rejects bucket names that S3 rejects, and keys that no file can have", async () => {
    const store = createDirectoryObjectStore(root);
    for (const bucket of ["..", ".", "", "a/b", "../up", "Upper", "a"]) {
      const refused = await store.put(bucket, "key", Buffer.alloc(1)).catch((error: unknown) => error);
      expect(refused, bucket).to.be.instanceOf(Error).with.property("message").that.includes("no name for a bucket");
    }
    for (const [key, reason] of [
      ["", "no key"],
      ["\ud800", "no key"],
      ["x".repeat(300), "too long"],
    ] as const) {
      const refused = await store.put("bucket", key, Buffer.alloc(1)).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(Error).with.property("message").that.includes(reason);
    }
    expect(relative(outside, root)).to.equal("root");
  });

  it("is not usable without write permission", async () => {
    const store = createDirectoryObjectStore("/dev/null/none");
    expect(await store.ping().catch((error: unknown) => error)).to.be.instanceOf(Error);
  });
});
