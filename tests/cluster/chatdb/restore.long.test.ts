import type { Job } from "@chatdb/contracts/jobs.ts";
import { expect } from "chai";
import { gatewayClient, linearCsv, succeeded } from "../support/gateway.ts";
import { until } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { npmRun } from "./commands.ts";

describe("options of a restore of ChatDB dev on a real Kubernetes", function () {
  this.timeout(600_000);
  const gateway = gatewayClient();
  before(async () => {
    await gateway.put("/api/datasets/backup.csv", linearCsv());
    await npmRun("backup");
  });
  after(() => gateway.close());

  it("overwrites what was written after the backup only with --yes", async () => {
    const { job_id } = await gateway.post<Job>("/api/jobs", {
      model_name: "undone",
      dataset_location: "s3://datasets/backup.csv",
      target: "y",
    });
    await succeeded(gateway, job_id);
    const refusal = await npmRun("restore").then(
      () => "restored",
      ({ code, stderr }: { code: number; stderr: string }) => `${code} ${stderr}`,
    );
    expect(refusal).to.match(/^2 restore: .*say --yes/);
    await npmRun("restore", "--yes");
    const answer = await until("the job is gone", 120, () =>
      gateway.get<Job>(`/api/jobs/${job_id}`).then(
        () => undefined,
        (error: Error) => (error.message.includes("404") ? error.message : undefined),
      ),
    );
    expect(answer).to.include("404");
  });

  it("rejects a backup that does not exist, and leaves the databases open", async () => {
    const { code, stderr } = await npmRun("restore", "--yes", "--from", "20200101T000000Z").then(
      () => ({ code: 0, stderr: "" }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).to.equal(1);
    expect(stderr).to.include("There is no backup 20200101T000000Z in the bucket backups.");
    expect(
      (await psql("postgres", "select count(*) from pg_database where not datallowconn and not datistemplate")).trim(),
    ).to.equal("0");
  });
});
