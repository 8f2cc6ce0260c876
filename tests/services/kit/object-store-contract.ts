import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import fc from "fast-check";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { until } from "./until.ts";

const MiB = 1024 * 1024;

export interface StoreUnderTest {
  store: ObjectStore;
  /** Creates an empty bucket. */
  bucket: string;
}

/** Tests that every object store must pass. `longestKey` is in characters. */
export function itIsAnObjectStore(
  under: () => StoreUnderTest,
  { longestKey, numRuns }: { longestKey: number; numRuns: number },
): void {
  const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  const read = async (key: string) => {
    const body = await under().store.get(under().bucket, key);
    return body && (await buffer(body));
  };

  it("returns what was put under any key", async () => {
    const { store, bucket } = under();
    const key = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: longestKey }),
      fc.constantFrom("a", "a/b", "a/b/c.json", "dots..in/it", "with space", "100%", "%2F", ".hidden", "grün/名"),
    );
    // S3 lists keys in XML, which has no control characters; some stores allow no empty or dotted path segments.
    const usual = key.filter(
      (text) =>
        !/\p{Cc}|\uFFFE|\uFFFF/u.test(text) && text.split("/").every((segment) => !["", ".", ".."].includes(segment)),
    );
    await fc.assert(
      fc.asyncProperty(usual, fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (key, bytes, streamed) => {
        const body = Buffer.from(bytes);
        const stored = await store.put(bucket, key, streamed ? Readable.from([body]) : body, {
          contentType: "application/x-test",
        });
        expect(stored).to.deep.equal({ bytes: body.length, sha256: sha256(body) });
        expect(await read(key)).to.deep.equal(body);
        expect(await store.head(bucket, key)).to.deep.equal({ bytes: body.length });
        expect((await store.list(bucket, key)).find((object) => object.key === key)).to.include({ bytes: body.length });
        await store.remove(bucket, key);
        expect(await read(key)).to.equal(undefined);
      }),
      { numRuns },
    );
  }).timeout(60_000);

  it("reports a missing object as missing", async () => {
    const { store, bucket } = under();
    expect(await store.get(bucket, "none")).to.equal(undefined);
    expect(await store.head(bucket, "none")).to.equal(undefined);
    expect(await store.list(bucket, "none")).to.deep.equal([]);
    await store.remove(bucket, "none");
    await store.ping();
  });

  it("lists keys by prefix in order", async () => {
    const { store, bucket } = under();
    for (const key of ["m/2", "m/10", "m-1", "other"]) await store.put(bucket, key, Buffer.from(key));
    const found = await store.list(bucket, "m/");
    expect(found.map(({ key, bytes }) => ({ key, bytes }))).to.deep.equal([
      { key: "m/10", bytes: 4 },
      { key: "m/2", bytes: 3 },
    ]);
    expect((await store.list(bucket)).map(({ key }) => key)).to.deep.equal(["m-1", "m/10", "m/2", "other"]);
  });

  it("reports when each object was last written", async () => {
    const { store, bucket } = under();
    const modified = async () => (await store.list(bucket, "dated"))[0]!.modified.getTime();
    await store.put(bucket, "dated", Buffer.from("1"));
    const first = await modified();
    // The store may have another clock, and S3 counts whole seconds.
    expect(Math.abs(first - Date.now())).to.be.lessThan(60_000);
    await until("a later time", async () => {
      await store.put(bucket, "dated", Buffer.from("2"));
      return (await modified()) > first;
    });
  }).timeout(10_000);

  it("streams a large object in both directions in constant memory", async () => {
    const { store, bucket } = under();
    const chunk = randomBytes(MiB);
    const size = 100;
    const before = process.memoryUsage().rss;
    let highest = before;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 5);
    const body = Readable.from(
      (function* () {
        for (let index = 0; index < size; index++) yield chunk;
      })(),
    );
    const stored = await store.put(bucket, "large", body);
    const back = createHash("sha256");
    let bytes = 0;
    for await (const part of (await store.get(bucket, "large")) as Readable) {
      back.update(part as Buffer);
      bytes += (part as Buffer).length;
    }
    clearInterval(watch);
    expect(stored).to.deep.equal({ bytes: size * MiB, sha256: back.digest("hex") });
    expect(bytes).to.equal(size * MiB);
    expect((highest - before) / MiB).to.be.lessThan(80);
  }).timeout(60_000);

  it("keeps the old object when a put fails midway", async () => {
    const { store, bucket } = under();
    await store.put(bucket, "kept", Buffer.from("old"));
    const failing = Readable.from(
      (async function* () {
        yield Buffer.alloc(MiB);
        await Promise.reject(new Error("the source broke"));
      })(),
    );
    const failure = await store.put(bucket, "kept", failing).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error).with.property("message").that.includes("the source broke");
    expect(await read("kept")).to.deep.equal(Buffer.from("old"));
    expect((await store.list(bucket)).map(({ key }) => key)).to.deep.equal(["kept"]);
  });

  it("stores one of two concurrent puts, never a mixture", async () => {
    const { store, bucket } = under();
    const bodies = [1, 2, 3, 4].map((value) => Buffer.alloc(2 * MiB, value));
    const seen: number[] = [];
    const puts = Promise.all(bodies.map((body) => store.put(bucket, "contested", body)));
    const done = puts.then(() => true);
    do {
      const found = await read("contested");
      if (found) {
        expect(bodies.some((body) => body.equals(found))).to.equal(true);
        seen.push(found[0] ?? 0);
      }
    } while (!(await Promise.race([done, new Promise<boolean>((resolve) => setImmediate(resolve, false))])));
    expect(bodies.some((body) => body.equals(Buffer.alloc(2 * MiB, seen.at(-1))))).to.equal(true);
    expect(await store.list(bucket, "contested")).to.have.length(1);
  });
}
