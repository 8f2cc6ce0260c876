import { expect } from "chai";
import fc from "fast-check";
import { comparison, modelList, modelVersionList, stageHistory, type Stage } from "@chatdb/contracts/models.ts";
import { productionBefore } from "@chatdb/model-registry/stage-store.ts";
import pg from "pg";
import { startPostgresql, type TestPostgresql } from "../../support/postgresql.ts";
import { detailOf, startRegistry, type TestRegistry } from "../support/registry.ts";

describe("model-registry: stages", function () {
  this.timeout(20_000);
  let postgres: TestPostgresql;
  /** Two replicas, each with connections of its own. */
  let replicas: TestRegistry[];
  let registry: TestRegistry;
  let names = 0;

  before(async function () {
    postgres = await startPostgresql(this);
    const { host, port } = postgres.settings;
    const pools = [1, 2].map(() => new pg.Pool({ host, port, user: "admin", database: "shop", max: 8 }));
    replicas = [await startRegistry(pools[0]!), await startRegistry(pools[1]!)];
    registry = replicas[0]!;
  });
  after(async () => {
    for (const each of replicas ?? []) {
      await each.close();
      await each.db.destroy();
    }
    await postgres?.close();
  });

  async function modelOf(versions: number): Promise<string> {
    const name = `staged-${++names}`;
    await registry.put(name, name);
    for (let each = 1; each <= versions; each++) await registry.register(name, name, `job-${each}`);
    return name;
  }

  const move = (name: string, version: number | string, stage: string, by?: string) =>
    registry.post(`/models/${name}/${version}/stage`, { stage }, by === undefined ? {} : { "x-chatdb-user": by });
  const rollBack = (name: string) => registry.post(`/models/${name}/rollback`);
  const stagesOf = async (name: string) =>
    modelVersionList
      .parse((await registry.get(`/models/${name}`)).json())
      .versions.map(({ stage }) => stage)
      .reverse();
  const historyOf = async (name: string) =>
    stageHistory.parse((await registry.get(`/models/${name}/history?limit=1000`)).json()).changes;

  it("start with none, and at most one version is in production and in staging", async () => {
    const name = await modelOf(3);
    expect(await stagesOf(name)).to.deep.equal(["none", "none", "none"]);
    expect((await move(name, 1, "production")).json()).to.include({ version: 1, stage: "production" });
    await move(name, 2, "staging");
    await move(name, 3, "staging");
    expect(await stagesOf(name)).to.deep.equal(["production", "archived", "staging"]);
    await move(name, 3, "production");
    expect(await stagesOf(name)).to.deep.equal(["archived", "archived", "production"]);
  });

  it("can be used as references to versions", async () => {
    const name = await modelOf(3);
    expect(detailOf(await registry.get(`/models/${name}/production`))).to.equal(
      `No version of "${name}" is in production.`,
    );
    expect(detailOf(await registry.get("/models/nobody/staging"))).to.equal('There is no model named "nobody".');
    await move(name, 1, "production");
    await move(name, 2, "staging");
    for (const [reference, version] of [
      ["production", 1],
      ["staging", 2],
      ["latest", 3],
    ] as const) {
      expect((await registry.get(`/models/${name}/${reference}`)).json()).to.include({ version });
      expect((await registry.get(`/models/${name}/${reference}/artifact`)).headers).to.include({
        "x-model-version": String(version),
      });
    }
    const [model] = modelList.parse((await registry.get(`/models?prefix=${name}`)).json()).models;
    expect(model).to.include({ latest_version: 3, production_version: 1, staging_version: 2 });
    const [other] = modelList.parse((await registry.get(`/models?prefix=${await modelOf(1)}`)).json()).models;
    expect(other).not.to.have.any.keys("production_version", "staging_version");
  });

  it("have a history with time, stages and user, newest first", async () => {
    const name = await modelOf(2);
    await move(name, 1, "production", "ada");
    await move(name, 1, "production", "ada");
    await move(name, 2, "production");
    const changes = await historyOf(name);
    expect(
      changes.map(({ version, from, to, rollback, by }) => ({ version, from, to, rollback, ...(by && { by }) })),
    ).to.deep.equal([
      { version: 2, from: "none", to: "production", rollback: false },
      { version: 1, from: "production", to: "archived", rollback: false },
      { version: 1, from: "none", to: "production", rollback: false, by: "ada" },
    ]);
    expect(
      (await registry.get(`/models/${name}/history?limit=1`)).json<{ changes: unknown[] }>().changes,
    ).to.have.length(1);
    expect((await registry.get("/models/nobody/history")).statusCode).to.equal(404);
  });

  it("answer 404 for missing versions, and reject unknown stages", async () => {
    const name = await modelOf(1);
    expect(detailOf(await move(name, 7, "production"))).to.equal(`There is no version 7 of a model named "${name}".`);
    expect((await move(name, 1, "live")).statusCode).to.equal(400);
    expect((await move(name, "latest", "production")).statusCode).to.equal(400);
  });

  it("roll back to former production versions, step by step", async () => {
    const name = await modelOf(3);
    expect(detailOf(await rollBack("nobody"))).to.equal('There is no model named "nobody".');
    const early = await rollBack(name);
    expect([early.statusCode, detailOf(early)]).to.deep.equal([
      409,
      `No version of "${name}" is in production, so there is none to roll back from.`,
    ]);
    for (const version of [1, 2, 3]) await move(name, version, "production");
    expect((await rollBack(name)).json()).to.include({ version: 2, stage: "production" });
    expect(await stagesOf(name)).to.deep.equal(["archived", "production", "archived"]);
    expect((await rollBack(name)).json()).to.include({ version: 1 });
    const last = await rollBack(name);
    expect([last.statusCode, detailOf(last)]).to.deep.equal([
      409,
      `Before version 1, no other version of "${name}" was in production.`,
    ]);
    expect((await historyOf(name))[0]).to.include({ version: 1, from: "archived", to: "production", rollback: true });
  });

  it("roll back correctly for any sequence of promotions and roll-backs", () => {
    // A pile by other means: each promotion remembers who was there, in a list linked backwards.
    interface Entry {
      version: number;
      before: Entry | undefined;
    }
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant("back" as const)), { maxLength: 30 }),
        (steps) => {
          const entries: { version: number; rollback: boolean }[] = [];
          let present: Entry | undefined;
          for (const step of steps) {
            if (step !== "back") {
              if (present?.version === step) continue;
              present = { version: step, before: present };
            } else if (present?.before) {
              present = present.before;
            } else continue;
            entries.push({ version: present.version, rollback: step === "back" });
          }
          expect(productionBefore(entries)).to.equal(present?.before?.version);
        },
      ),
    );
  });

  it("stay unique under concurrent promotions and roll-backs", async () => {
    const name = await modelOf(6);
    let watching = true;
    const most: Record<Stage, number> = { none: 0, staging: 0, production: 0, archived: 0 };
    const watch = (async () => {
      while (watching) {
        const stages = await stagesOf(name);
        for (const stage of stages) most[stage] = Math.max(most[stage], stages.filter((each) => each === stage).length);
      }
    })();
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, index) => {
        const { post } = replicas[index % 2]!;
        if (index % 10 === 9) return post(`/models/${name}/rollback`);
        return post(`/models/${name}/${(index % 6) + 1}/stage`, { stage: index % 3 === 0 ? "staging" : "production" });
      }),
    );
    watching = false;
    await watch;
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status !== 200 && status !== 409)).to.deep.equal([]);
    expect(most).to.include({ production: 1, staging: 1 });
    // The history leads from where they all stood to where they stand, without a gap.
    const stages = new Map<number, Stage>();
    for (const { version, from, to } of (await historyOf(name)).reverse()) {
      expect(from).to.equal(stages.get(version) ?? "none");
      stages.set(version, to);
    }
    expect(await stagesOf(name)).to.deep.equal([1, 2, 3, 4, 5, 6].map((version) => stages.get(version) ?? "none"));
  });

  it("allow a comparison of metrics, data and parameters", async () => {
    const name = await modelOf(0);
    const lineage = {
      dataset_location: "s3://datasets/a.csv",
      dataset_sha256: "a".repeat(64),
      target: "y",
      parameters: { family: "boosted-trees", trees: 10, seed: 1 },
    };
    await registry.register(name, name, "one", { metrics: { r2: 0.5, mae: 2 }, lineage });
    await registry.register(name, name, "two", {
      metrics: { r2: 0.75, rows: 9 },
      lineage: { ...lineage, parameters: { family: "boosted-trees", trees: 20 } },
    });
    await registry.register(name, name, "three");
    await move(name, 1, "production");
    const compared = comparison.parse((await registry.get(`/models/${name}/compare?from=production&to=2`)).json());
    expect(compared).to.deep.include({
      same_dataset: true,
      metrics: [
        { name: "mae", from: 2 },
        { name: "r2", from: 0.5, to: 0.75, difference: 0.25 },
        { name: "rows", to: 9 },
      ],
      changed_parameters: [
        { name: "seed", from: 1 },
        { name: "trees", from: 10, to: 20 },
      ],
    });
    expect([compared.from.version, compared.to.version]).to.deep.equal([1, 2]);
    expect((await registry.get(`/models/${name}/compare?from=1&to=latest`)).json()).to.include({ same_dataset: false });
    expect(detailOf(await registry.get(`/models/${name}/compare?from=1&to=staging`))).to.equal(
      `No version of "${name}" is in staging.`,
    );
    expect(detailOf(await registry.get(`/models/${name}/compare?from=1`))).to.include("querystring.to");
  });

  it("keep an evaluation unchanged", async () => {
    const name = await modelOf(1);
    const evaluation = {
      confusion: {
        classes: ["a", "b"],
        counts: [
          [3, 1],
          [0, 4],
        ],
      },
      importance: [{ feature: "x", importance: 0.4 }],
    };
    expect((await registry.register(name, name, "evaluated", { evaluation })).json()).to.deep.include({ evaluation });
    expect((await registry.get(`/models/${name}/latest`)).json()).to.deep.include({ evaluation });
    expect((await registry.get(`/models/${name}/1`)).json()).not.to.have.property("evaluation");
  });
});
