import { expect } from "chai";
import fc from "fast-check";
import { artifactsCollected, modelVersionList } from "@chatdb/contracts/models.ts";
import { migrate, openDatabase } from "@platform/kit/database.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createArtifactStore } from "@chatdb/model-registry/artifact-store.ts";
import { migrations } from "@chatdb/model-registry/migrations.ts";
import type { RegistryTables } from "@chatdb/model-registry/tables.ts";
import { startGarbageCollection } from "@chatdb/model-registry/garbage-collection.ts";
import { sql } from "kysely";
import pg from "pg";
import { eventually } from "../../support/eventually.ts";
import { startPostgresql, type TestPostgresql } from "../../support/postgresql.ts";
import { digest, startRegistry, type TestRegistry, type TestRegistryOptions } from "../support/registry.ts";

/**
 * A store whose calls stop at gates, or fail as if the process had died: before the call reached the store, or after.
 */
class Fragile {
  /** Awaited before each call. */
  gate: (call: "put" | "remove" | "list") => Promise<unknown> = () => Promise.resolve();
  dies: { call: "put" | "remove"; when: "before" | "after" } | undefined;

  around(real: ObjectStore): ObjectStore {
    const guarded =
      <A extends unknown[], R>(call: "put" | "remove", act: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await this.gate(call);
        if (this.dies?.call === call && this.dies.when === "before") throw new Error("died");
        const result = await act(...args);
        if (this.dies?.call === call) throw new Error("died");
        return result;
      };
    return {
      ...real,
      put: guarded("put", (bucket, key, body, options) => real.put(bucket, key, body, options)),
      remove: guarded("remove", (bucket, key) => real.remove(bucket, key)),
      list: async (bucket, prefix) => {
        await this.gate("list");
        return real.list(bucket, prefix);
      },
    };
  }
}

describe("model-registry: unreferenced artifacts", function () {
  this.timeout(60_000);
  let postgres: TestPostgresql;
  const started: TestRegistry[] = [];
  let databases = 0;

  before(async function () {
    postgres = await startPostgresql(this);
  });
  afterEach(async () => {
    for (const each of started.splice(0)) {
      await each.close();
      await each.db.destroy();
    }
  });
  after(() => postgres?.close());

  async function start(options: TestRegistryOptions = {}, database?: string): Promise<TestRegistry> {
    const name = database ?? `registry_${++databases}`;
    if (database === undefined) await postgres.admin.query(`CREATE DATABASE ${name}`);
    const { host, port } = postgres.settings;
    const registry = await startRegistry(new pg.Pool({ host, port, user: "admin", database: name, max: 8 }), options);
    started.push(registry);
    return registry;
  }

  const collect = async ({ post }: TestRegistry) => artifactsCollected.parse((await post("/artifacts/collect")).json());
  const keysOf = async ({ objects }: TestRegistry) => (await objects.list("models")).map(({ key }) => key);

  /** Every version has its bytes, and after a collection there are no others. */
  async function expectWhole(registry: TestRegistry, name: string): Promise<void> {
    const answer = await registry.get(`/models/${name}?limit=1000`);
    const versions = answer.statusCode === 404 ? [] : modelVersionList.parse(answer.json()).versions;
    for (const { version, sha256 } of versions) {
      const artifact = await registry.get(`/models/${name}/${version}/artifact`);
      expect([artifact.statusCode, digest(artifact.rawPayload)]).to.deep.equal([200, sha256]);
    }
    await collect(registry);
    const named = await registry.db.selectFrom("model_versions").select("artifact_key").distinct().execute();
    expect(await keysOf(registry)).to.have.members(named.map(({ artifact_key }) => artifact_key));
  }

  it("are removed once they are old, and referenced ones stay", async () => {
    const registry = await start({ artifactGraceS: 0 });
    await registry.put("kept", "kept");
    await registry.register("kept", "kept");
    await registry.put("kept", "orphan");
    const [orphan] = (await keysOf(registry)).filter((key) => key.includes(digest("orphan")));
    expect(await collect(registry)).to.deep.equal({ removed: [orphan], bytes: 6 });
    expect(await collect(registry)).to.deep.equal({ removed: [], bytes: 0 });
    expect((await registry.register("kept", "orphan")).statusCode).to.equal(409);
    await expectWhole(registry, "kept");
  });

  it("stay within the grace period of their upload", async () => {
    const registry = await start({ artifactGraceS: 3600 });
    await registry.put("young", "bytes");
    expect((await collect(registry)).removed).to.deep.equal([]);
    // The same bytes, put long ago and put now: the old ones go, the others may still be registered.
    await registry.db
      .updateTable("artifacts")
      .set({ stored_at: new Date(Date.now() - 7200_000) })
      .execute();
    await registry.put("young", "bytes");
    await collect(registry);
    expect(await registry.db.selectFrom("artifacts").select("key").execute()).to.have.length(1);
    expect((await registry.register("young", "bytes")).statusCode).to.equal(201);
    await registry.db
      .updateTable("artifacts")
      .set({ stored_at: new Date(Date.now() - 7200_000) })
      .execute();
    await collect(registry);
    expect((await registry.get("/models/young/1/artifact")).body).to.equal("bytes");
  });

  it("are removed if a crash left them without a row", async () => {
    const registry = await start({ artifactGraceS: 0 });
    await registry.objects.put("models", "lost/object", Buffer.from("?"));
    expect(await collect(registry)).to.deep.equal({ removed: ["lost/object"], bytes: 1 });
    const patient = await start();
    await patient.objects.put("models", "lost/object", Buffer.from("?"));
    expect((await collect(patient)).removed).to.deep.equal([]);
  });

  for (const when of ["before", "after"] as const) {
    it(`are all removed after a crash ${when} a put or a removal`, async () => {
      const store = new Fragile();
      const registry = await start({ artifactGraceS: 0, objects: (real) => store.around(real) });
      store.dies = { call: "put", when };
      expect((await registry.put("m", "one")).statusCode).to.equal(500);
      expect((await registry.register("m", "one", "job")).statusCode).to.equal(409);
      store.dies = undefined;
      await registry.put("m", "one");
      await registry.register("m", "one", "job");
      await registry.put("m", "two");
      store.dies = { call: "remove", when };
      expect((await registry.post("/artifacts/collect")).statusCode).to.equal(500);
      // The right to name them went first.
      expect((await registry.register("m", "two")).statusCode).to.equal(409);
      store.dies = undefined;
      await expectWhole(registry, "m");
      expect((await registry.get("/models/m/1/artifact")).body).to.equal("one");
    });
  }

  it("are removed without bytes that are uploaded and registered meanwhile", async () => {
    const store = new Fragile();
    const registry = await start({ artifactGraceS: 0, objects: (real) => store.around(real) });
    await registry.put("m", "same");
    const removal = Promise.withResolvers<void>();
    const removing = new Promise<void>((resolve) => {
      store.gate = (call) => {
        if (call !== "remove") return Promise.resolve();
        resolve();
        return removal.promise;
      };
    });
    const collecting = collect(registry);
    await removing;
    // The collector has chosen; its removal is on its way, and arrives after everything else.
    await registry.put("m", "same");
    expect((await registry.register("m", "same")).statusCode).to.equal(201);
    removal.resolve();
    expect((await collecting).removed).to.have.length(1);
    await expectWhole(registry, "m");
  });

  it("cause an upload that outlasts the grace period to be rejected", async () => {
    const store = new Fragile();
    const registry = await start({ artifactGraceS: 0, objects: (real) => store.around(real) });
    const arrives = Promise.withResolvers<void>();
    const waiting = new Promise<void>(
      (resolve) => (store.gate = (call) => (call === "put" ? (resolve(), arrives.promise) : Promise.resolve())),
    );
    const slow = registry.put("m", "slow");
    await waiting;
    await collect(registry);
    arrives.resolve();
    expect((await slow).statusCode).to.equal(409);
    expect((await registry.register("m", "slow")).statusCode).to.equal(409);
    await expectWhole(registry, "m");
    expect(await keysOf(registry)).to.deep.equal([]);
  });

  it("are removed, and no others, for any order of puts, registrations and collections", async () => {
    const store = new Fragile();
    // With no grace at all, everything that is not registered at once is fair game.
    const registry = await start({ artifactGraceS: 0, objects: (real) => store.around(real) });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom("put", "register", "send", "collect"), { minLength: 4, maxLength: 16 }),
        async (scheduler, acts) => {
          const name = `race-${++round}`;
          store.gate = (call) => scheduler.schedule(Promise.resolve(), call);
          const running = Promise.all(
            acts.map(async (act, index) => {
              if (act === "collect") return (await registry.post("/artifacts/collect")).statusCode;
              if (act !== "register") await registry.put(name, "same");
              return act === "put" ? 201 : (await registry.register(name, "same", `job-${index}`)).statusCode;
            }),
          );
          await scheduler.waitFor(running);
          store.gate = () => Promise.resolve();
          for (const status of await running) expect(status).to.be.oneOf([200, 201, 409]);
          await expectWhole(registry, name);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("cannot be registered if the store lacks the bytes, as after a restore", async () => {
    const registry = await start();
    await registry.put("m", "bytes");
    for (const key of await keysOf(registry)) await registry.objects.remove("models", key);
    expect((await registry.register("m", "bytes")).statusCode).to.equal(409);
    await registry.put("m", "bytes");
    expect((await registry.register("m", "bytes")).statusCode).to.equal(201);
    expect((await registry.get("/models/m/1/artifact")).body).to.equal("bytes");
  });

  it("are collected by one replica at a time", async () => {
    const store = new Fragile();
    const database = `registry_${++databases}`;
    await postgres.admin.query(`CREATE DATABASE ${database}`);
    const first = await start({ artifactGraceS: 0, objects: (real) => store.around(real) }, database);
    const second = await start({ artifactGraceS: 0 }, database);
    const listing = Promise.withResolvers<void>();
    const waiting = new Promise<void>((resolve) => (store.gate = () => (resolve(), listing.promise)));
    const collecting = collect(first);
    await waiting;
    expect((await second.post("/artifacts/collect")).statusCode).to.equal(409);
    listing.resolve();
    await collecting;
    expect((await second.post("/artifacts/collect")).statusCode).to.equal(200);
  });

  it("are collected at intervals, also after a failed collection", async () => {
    const registry = await start({ artifactGraceS: 3600 });
    const store = new Fragile();
    let lists = 0;
    store.gate = (call) =>
      call === "list" && ++lists === 1 ? Promise.reject(new Error("the store is away")) : Promise.resolve();
    const artifacts = createArtifactStore({
      db: registry.db,
      objects: store.around(registry.objects),
      bucket: "models",
      graceS: 0,
    });
    await registry.put("m", "orphan");
    const collection = startGarbageCollection({
      db: registry.db,
      artifacts,
      log: createLogger("test", "silent"),
      intervalMs: 20,
    });
    await eventually(async () => expect(await keysOf(registry)).to.deep.equal([]));
    expect(lists).to.be.above(1);
    await collection.stop();
  });

  it("do not include those of versions from before the table of artifacts", async () => {
    const database = `registry_${++databases}`;
    await postgres.admin.query(`CREATE DATABASE ${database}`);
    const { host, port } = postgres.settings;
    const before = openDatabase<RegistryTables>(new pg.Pool({ host, port, user: "admin", database }));
    await migrate(before, { "001-models": migrations["001-models"]! });
    await sql`insert into models values ('old')`.execute(before);
    await sql`insert into model_versions (model_name, version, job_id, sha256, bytes, format, metrics)
      select 'old', version, 'job-' || version, ${digest("old")}, 3, 'chatdb-model/1', '{}' from generate_series(1, 2) as version`.execute(
      before,
    );
    await before.destroy();
    const registry = await start({ artifactGraceS: 0 }, database);
    await registry.objects.put("models", `old/${digest("old")}`, Buffer.from("old"));
    expect((await registry.get("/models/old/production")).statusCode).to.equal(404);
    await expectWhole(registry, "old");
    expect((await registry.get("/models/old/2/artifact")).body).to.equal("old");
  });
});
