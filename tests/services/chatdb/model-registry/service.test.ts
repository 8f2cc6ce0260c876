import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { expect } from "chai";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { datasetList } from "@chatdb/contracts/datasets.ts";
import { modelList, modelVersion, modelVersionList } from "@chatdb/contracts/models.ts";
import { InferenceSession, Tensor } from "onnxruntime-web";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { detailOf, digest, startRegistry, type TestRegistry } from "../support/registry.ts";

const octets = { "content-type": "application/octet-stream" };

describe("model-registry", () => {
  let database: TestDatabase;
  let app: FastifyInstance;
  let registry: TestRegistry;
  let get: TestRegistry["get"];
  let register: TestRegistry["register"];
  let address: string;
  let names = 0;
  const freshName = () => `model-${++names}`;

  before(async () => {
    database = await startPglite();
    registry = await startRegistry(database.pool, { maxArtifactBytes: 1000, maxDatasetBytes: 20_000_000 });
    ({ app, get, register } = registry);
    address = await app.listen({ host: "127.0.0.1", port: 0 });
  });

  after(async () => {
    await registry.close();
    await database.close();
  });

  const put = (name: string, bytes: string, sha256 = digest(bytes)) =>
    app.inject({ method: "PUT", url: `/models/${name}/artifacts/${sha256}`, headers: octets, payload: bytes });
  const versionsAt = async (url: string) => modelVersionList.parse((await get(url)).json()).versions;

  async function registered(name: string, bytes = "{}"): Promise<void> {
    await put(name, bytes);
    await register(name, bytes);
  }

  /** Sends chunks over a real connection, without saying how many bytes there will be. */
  const send = (path: string, chunks: Iterable<string>) =>
    fetch(address + path, {
      method: "PUT",
      headers: octets,
      body: Readable.toWeb(Readable.from(chunks)),
      duplex: "half",
    } as RequestInit);

  it("stores a version: first its bytes, then its metadata", async () => {
    const name = freshName();
    expect((await put(name, "weights")).json()).to.deep.equal({ sha256: digest("weights"), bytes: 7 });
    const lineage = {
      dataset_location: "s3://datasets/a.csv",
      dataset_sha256: digest("a"),
      target: "y",
      parameters: { seed: 3 },
    };
    const answer = await register(name, "weights", "job-1", { metrics: { r2: 0.5 }, lineage });
    expect(answer.statusCode).to.equal(201);
    expect(answer.headers.location).to.equal(`/models/${name}/1`);
    const expected = {
      name,
      version: 1,
      job_id: "job-1",
      sha256: digest("weights"),
      bytes: 7,
      format: "chatdb-model/1",
      metrics: { r2: 0.5 },
      lineage,
    };
    expect((await get(`/models/${name}/1`)).json()).to.deep.include(expected);
    expect((await get(`/models/${name}/latest`)).json()).to.deep.include(expected);
    const artifact = await get(`/models/${name}/latest/artifact`);
    expect(artifact.body).to.equal("weights");
    expect(artifact.headers).to.include({ etag: `"${digest("weights")}"`, "content-length": "7" });
  });

  it("exports a version to ONNX if its family allows it", async () => {
    const name = freshName();
    const features = [{ kind: "number", name: "x", mean: 0, scale: 1, required: true }];
    const linear = JSON.stringify({
      family: "linear-regression",
      format: "chatdb-model/1",
      target: "y",
      features,
      intercept: 1,
      weights: [2],
    });
    const neighbours = JSON.stringify({
      family: "k-nearest-neighbours",
      format: "chatdb-model/1",
      target: "y",
      features,
      neighbours: 1,
      neighbour_weights: "uniform",
      points: [1],
      answers: [2],
    });
    for (const bytes of [linear, neighbours]) await registered(name, bytes);
    await put(name, "?");
    await register(name, "?", "questions", { format: "chatdb-questions/1" });
    const file = await get(`/models/${name}/1/artifact?format=onnx`);
    expect(file.headers).to.include({
      "content-disposition": `attachment; filename="${name}-1.onnx"`,
      "x-model-version": "1",
    });
    const session = await InferenceSession.create(new Uint8Array(file.rawPayload));
    const { prediction } = await session.run({ x: new Tensor("float64", [3], [1, 1]) });
    expect([...(prediction!.data as Float64Array)]).to.deep.equal([7]);
    const refused = await Promise.all(
      ["2", "3"].map((version) => get(`/models/${name}/${version}/artifact?format=onnx`)),
    );
    expect(refused.map(({ statusCode }) => statusCode)).to.deep.equal([422, 422]);
    expect(detailOf(refused[0]!)).to.include("ONNX has no operator that looks for the nearest");
    expect(detailOf(refused[1]!)).to.equal(
      `Version 3 of "${name}" has the format chatdb-questions/1; chatdb-model/1 can be exported to ONNX.`,
    );
    expect((await get(`/models/${name}/1/artifact?format=pmml`)).statusCode).to.equal(400);
  });

  it("shows no version before both its bytes and its metadata exist", async () => {
    const name = freshName();
    const early = await register(name, "late");
    expect(early.statusCode).to.equal(409);
    expect(detailOf(early)).to.include(`put them to /models/${name}/artifacts/${digest("late")}`);
    expect((await get(`/models/${name}`)).statusCode).to.equal(404);
    await put(name, "late");
    expect((await get(`/models/${name}`)).statusCode).to.equal(404);
    expect((await register(name, "late")).statusCode).to.equal(201);
    expect(await versionsAt(`/models/${name}`)).to.have.lengthOf(1);
  });

  it("makes one version for a job, however often it registers", async () => {
    const name = freshName();
    await put(name, "one");
    await put(name, "two");
    const first = await register(name, "one", "job");
    const again = await register(name, "one", "job");
    const other = await register(name, "two", "job");
    expect([first, again, other].map(({ statusCode }) => statusCode)).to.deep.equal([201, 200, 200]);
    expect(again.json()).to.deep.equal(first.json());
    expect(other.json()).to.deep.equal(first.json());
    expect(await versionsAt(`/models/${name}?job_id=job`)).to.deep.equal([first.json()]);
    expect(await versionsAt(`/models/${name}?job_id=another`)).to.deep.equal([]);
  });

  it("numbers concurrent registrations consecutively, each job once", async () => {
    const name = freshName();
    await put(name, "{}");
    const jobs = Array.from({ length: 12 }, (_, i) => `job-${i % 8}`);
    const answers = await Promise.all(jobs.map((job) => register(name, "{}", job)));
    const versions = answers.map((answer) => modelVersion.parse(answer.json()));
    const versionOf = new Map(versions.map(({ job_id, version }) => [job_id, version]));
    expect([...versionOf.values()].sort()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    versions.forEach(({ job_id, version }) => expect(version).to.equal(versionOf.get(job_id)));
    expect((await get(`/models/${name}/latest`)).json()).to.include({ version: 8 });
  });

  it("rejects bytes with another digest, and keeps the stored ones", async () => {
    const name = freshName();
    await put(name, "right");
    const wrong = await put(name, "wrong", digest("right"));
    expect(wrong.statusCode).to.equal(422);
    expect(detailOf(wrong)).to.include(digest("wrong")).and.include(digest("right"));
    await register(name, "right");
    expect((await get(`/models/${name}/1/artifact`)).body).to.equal("right");
  });

  it("rejects an upload that is too large, also without a content-length", async () => {
    const bytes = "x".repeat(1001);
    expect((await put(freshName(), bytes)).statusCode).to.equal(413);
    const streamed = await send(`/models/${freshName()}/artifacts/${digest(bytes)}`, [
      bytes.slice(0, 600),
      bytes.slice(600),
    ]);
    expect(streamed.status).to.equal(413);
    expect((await put(freshName(), "x".repeat(1000))).statusCode).to.equal(201);
  });

  it("lists models by name and versions newest first, within limits", async () => {
    const name = `aaa-${freshName()}`;
    for (const bytes of ["1", "2", "3"]) await registered(name, bytes);
    const versions = await versionsAt(`/models/${name}?limit=2`);
    expect(versions.map(({ version }) => version)).to.deep.equal([3, 2]);
    const { models } = modelList.parse((await get("/models?limit=1")).json());
    expect(models).to.have.lengthOf(1);
    expect(models[0]).to.include({ name, latest_version: 3, updated_at: versions[0]!.created_at });
    expect(modelList.parse((await get(`/models?prefix=${name}`)).json()).models).to.deep.equal(models);
    // A prefix is text, and no pattern.
    expect(modelList.parse((await get("/models?prefix=%25")).json()).models).to.deep.equal([]);
    expect((await get("/models?limit=0")).statusCode).to.equal(400);
    expect((await get("/models?limit=1001")).statusCode).to.equal(400);
  });

  it("answers 404 and names the unknown model or version", async () => {
    const name = freshName();
    expect((await get(`/models/${name}/latest`)).json()).to.include({
      status: 404,
      detail: `There is no model named "${name}".`,
    });
    await registered(name);
    expect(detailOf(await get(`/models/${name}/2`))).to.equal(`There is no version 2 of a model named "${name}".`);
    expect((await get(`/models/${name}/two`)).statusCode).to.equal(400);
    expect((await get(`/models/${name}/0`)).statusCode).to.equal(400);
  });

  it("rejects invalid names in body and path", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("..", ".", "a/b", "A", "-a", "a".repeat(81))),
        async (name) => {
          fc.pre(!/^[a-z0-9][a-z0-9._-]{0,79}$/.test(name));
          const body = await app.inject({
            method: "POST",
            url: "/models",
            payload: { name, job_id: "j", sha256: digest(""), format: "f" },
          });
          expect(body.statusCode, JSON.stringify(name)).to.equal(400);
          const path = await put(encodeURIComponent(name), "{}");
          expect(path.statusCode, JSON.stringify(name)).to.be.oneOf([400, 404, 414]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("stores, lists, replaces and returns datasets", async () => {
    const upload = (csv: string) =>
      app.inject({ method: "PUT", url: "/datasets/people.csv", headers: { "content-type": "text/csv" }, payload: csv });
    await upload("a,b\n1,2\n");
    const answer = await upload("a,b\n3,4\n");
    const stored = { name: "people.csv", location: "s3://datasets/people.csv", bytes: 8 };
    expect(answer.json()).to.deep.equal({ ...stored, sha256: digest("a,b\n3,4\n") });
    expect(datasetList.parse((await get("/datasets")).json()).datasets).to.deep.equal([stored]);
    expect((await get("/datasets/people.csv")).body).to.equal("a,b\n3,4\n");
    expect(detailOf(await get("/datasets/nobody.csv"))).to.equal('There is no dataset named "nobody.csv".');
    expect((await get("/datasets/..%2Fmodels")).statusCode).to.equal(400);
  });

  it("stores nothing of an interrupted upload", async () => {
    const half = (function* () {
      yield "a,b\n".repeat(25_000);
      throw new Error("the line went dead");
    })();
    await send("/datasets/cut.csv", half).then(
      () => expect.fail("the upload should break"),
      () => undefined,
    );
    expect((await get("/datasets/cut.csv")).statusCode).to.equal(404);
  });

  it("streams a large dataset in and out unchanged", async () => {
    const line = Buffer.from("0123456789,abcdefghij\n");
    const lines = 500_000;
    const sent = createHash("sha256");
    const body = Readable.from(
      (function* () {
        for (let i = 0; i < lines; i += 1000) {
          const chunk = Buffer.concat(Array.from({ length: 1000 }, () => line));
          sent.update(chunk);
          yield chunk;
        }
      })(),
    );
    const answer = await app.inject({ method: "PUT", url: "/datasets/large.csv", headers: octets, payload: body });
    expect(answer.json()).to.include({ bytes: lines * line.length, sha256: sent.digest("hex") });
    expect(answer.json()).to.include({ sha256: digest((await get("/datasets/large.csv")).rawPayload) });
  });

  it("is ready if its database and its object store answer", async () => {
    expect((await get("/ready")).json()).to.deep.include({ checks: { database: "ok", objectStore: "ok" } });
  });
});
