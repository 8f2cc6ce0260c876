import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { createDirectoryObjectStore } from "@platform/kit/directory-object-store.ts";
import { createLogger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { Checkpoints } from "@chatdb/ml-engine/checkpoints.ts";
import { eventually } from "../../support/eventually.ts";

const { signal } = new AbortController();
const day = 86_400_000;

describe("checkpoints", () => {
  let folder: string;
  let objects: ObjectStore;
  const log = createLogger("test", "silent");
  const checkpoints = (of = objects) => new Checkpoints({ objects: of, bucket: "checkpoints", log });
  const newAttempt = () => ({ job_id: randomUUID(), attempt: 2 });
  const state = (text: string) => ({ binding: "b", state: Buffer.from(text) });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
    objects = createDirectoryObjectStore(folder);
  });
  after(() => rm(folder, { recursive: true }));

  it("count the starts of each attempt since its last progress", async () => {
    const attempt = newAttempt();
    expect((await checkpoints().start(attempt, signal)).starts).to.equal(1);
    const second = await checkpoints().start(attempt, signal);
    expect(second.starts).to.equal(2);
    second.save(state("half"));
    await eventually(async () =>
      expect(await text((await objects.get("checkpoints", `${attempt.job_id}/2`))!)).to.include("half"),
    );
    const third = await checkpoints().start(attempt, signal);
    expect(third.starts).to.equal(2);
    expect((await checkpoints().start({ ...attempt, attempt: 3 }, signal)).starts).to.equal(1);
    await third.discountStart();
    expect((await checkpoints().start(attempt, signal)).starts).to.equal(2);
  });

  it("return the latest state unchanged, also after further starts", async () => {
    const attempt = newAttempt();
    const first = await checkpoints().start(attempt, signal);
    expect(first.resumeFrom).to.equal(undefined);
    const bytes = Buffer.from([10, 0, 255, 10, 13]);
    first.save(state("early"));
    first.save(state("later"));
    first.save({ binding: "other", state: bytes });
    await eventually(async () =>
      expect(await text((await objects.get("checkpoints", `${attempt.job_id}/2`))!)).to.include('"binding":"other"'),
    );
    for (let n = 0; n < 2; n++) {
      const { resumeFrom } = await checkpoints().start(attempt, signal);
      expect(Buffer.from(resumeFrom!.state)).to.deep.equal(bytes);
    }
  });

  it("log and continue if the store fails during a training", async () => {
    let failing = false;
    const store = {
      ...objects,
      put: (...args: Parameters<ObjectStore["put"]>) =>
        failing ? Promise.reject(new Error("full")) : objects.put(...args),
    };
    const attempt = newAttempt();
    const checkpoint = await checkpoints(store).start(attempt, signal);
    failing = true;
    checkpoint.save(state("lost"));
    await checkpoint.remove();
    expect(await objects.head("checkpoints", `${attempt.job_id}/2`)).to.equal(undefined);
  });

  it("ignore an object that is not a checkpoint", async () => {
    const attempt = newAttempt();
    await objects.put("checkpoints", `${attempt.job_id}/2`, Buffer.from("half a li"));
    expect(await checkpoints().start(attempt, signal)).to.include({ starts: 1, resumeFrom: undefined });
  });

  it("are removed after seven days without a start", async () => {
    const attempt = newAttempt();
    const there = () => objects.head("checkpoints", `${attempt.job_id}/2`);
    await checkpoints().start(attempt, signal);
    await checkpoints().removeOld(Date.now() + 6 * day);
    expect(await there()).to.not.equal(undefined);
    await checkpoints().removeOld(Date.now() + 8 * day);
    expect(await there()).to.equal(undefined);
  });
});
