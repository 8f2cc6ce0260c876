import { expect } from "chai";
import { crashRun, type CrashRun } from "../support/crash-run.ts";
import { portForward } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { keysOfModels } from "../support/models-bucket.ts";

/** `npm run crash` sets both. */
const runs = Number(process.env.CRASH_RUNS ?? 8);
const seed = Number(process.env.CRASH_SEED ?? 1);

describe(`Training while ${runs} random processes are killed by SIGKILL`, function () {
  this.timeout((5 + runs) * 120_000);
  let run: CrashRun;

  before(async () => {
    const start = performance.now();
    run = await crashRun({ runs, seed });
    const killed = Object.entries(run.killed)
      .map(([name, times]) => `${name} ${times}`)
      .join(", ");
    console.log(
      `      ${runs} kills in ${((performance.now() - start) / 1000).toFixed(0)} s: ${killed}; ${run.jobs.length} jobs, at most ${Math.max(...run.jobs.map(({ attempt }) => attempt))} attempts`,
    );
  });

  it("loses no job that was accepted", () => {
    const lost = run.jobs
      .filter(({ status }) => status !== "succeeded")
      .map(({ job_id, status, error }) => `${job_id} ${status}: ${error}`);
    expect(lost).to.deep.equal([]);
    expect(run.jobs).to.have.lengthOf(3 * runs);
  });

  it("makes exactly one version of a model for each job", () => {
    const byJob = Object.groupBy(run.versions, ({ job_id }) => job_id);
    for (const { job_id, model } of run.jobs)
      expect(
        byJob[job_id]?.map(({ name, version }) => ({ name, version })),
        job_id,
      ).to.deep.equal([model]);
    expect(run.versions).to.have.lengthOf(run.jobs.length);
  });

  it("trains the same bytes however often it is interrupted, and serves them undamaged", () => {
    for (const { name, version, sha256, given } of run.versions) expect(given, `${name} ${version}`).to.equal(sha256);
    const different = Object.values(Object.groupBy(run.versions, ({ name }) => name)).map(
      (of) => new Set(of!.map(({ sha256 }) => sha256)).size,
    );
    expect(different).to.deep.equal([1, 1]);
  });

  it("leaves no artifact without a version after a garbage collection", async () => {
    const registry = await portForward("chatdb-services", "service/model-registry", 8080);
    try {
      const response = await fetch(`${registry.url}/artifacts/collect?grace_s=0`, { method: "POST" });
      expect(response.status, await response.clone().text()).to.equal(200);
      console.log(`      collected: ${await response.text()}`);
      // PostgreSQL lists the keys that versions name, and the object store those that exist.
      const named = (await psql("registry", "select distinct artifact_key from model_versions")).trim().split("\n");
      expect((await keysOfModels()).sort()).to.deep.equal(named.sort());
    } finally {
      registry.close();
    }
  });
});
