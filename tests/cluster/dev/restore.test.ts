import type { Job } from "@chatdb/contracts/jobs.ts";
import { expect } from "chai";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { gatewayClient, linearCsv, succeeded } from "../support/gateway.ts";
import { kubectl, podsOf, until } from "../support/kubectl.ts";

const root = join(import.meta.dirname, "../../..");
const namespace = "chatdb-system";

/** Runs one of the project's commands as a person would, and returns what it prints. */
async function npmRun(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", command, "--", "dev", ...args], {
    cwd: root,
  });
  return stdout;
}

describe("backup of ChatDB dev on a real Kubernetes", function () {
  this.timeout(600_000);
  const gateway = gatewayClient();
  after(() => gateway.close());

  const psql = (database: string, sql: string) =>
    kubectl(
      "exec",
      `--namespace=${namespace}`,
      "postgres-0",
      "--",
      "psql",
      "--username=postgres",
      `--dbname=${database}`,
      "-tAc",
      sql,
    );
  const databases = async () =>
    (await psql("postgres", "select datname from pg_database where not datistemplate order by 1")).trim().split("\n");

  /** Takes the volume away for good, and the server's pod with it. */
  const destroyVolume = async () => {
    const [pod] = await podsOf(namespace, "postgres");
    await kubectl("delete", "persistentvolumeclaim", "data-postgres-0", "--namespace", namespace, "--wait=false");
    await kubectl("delete", "pod", "postgres-0", "--namespace", namespace, "--grace-period=0", "--force");
    await until("PostgreSQL is back, and empty", 180, async () => {
      const [fresh] = await podsOf(namespace, "postgres");
      return fresh?.metadata.uid !== pod!.metadata.uid && fresh?.status.containerStatuses?.every(({ ready }) => ready)
        ? true
        : undefined;
    });
    expect(await databases()).to.deep.equal(["postgres"]);
  };

  it("brings every acknowledged row back after the volume is destroyed", async () => {
    await gateway.put("/api/datasets/backup.csv", linearCsv());
    const jobs: Job[] = [];
    for (let count = 0; count < 3; count++) {
      const { job_id } = await gateway.post<Job>("/api/jobs", {
        model_name: `backup-${count}`,
        dataset_location: "s3://datasets/backup.csv",
        target: "y",
      });
      jobs.push(await succeeded(gateway, job_id));
    }
    const modelsBefore = await gateway.get<unknown>("/api/models");
    const shopBefore = await psql("shop", "select count(*), sum(hashtext(customers::text)) from customers");
    expect(await npmRun("backup")).to.match(/backup \d{8}T\d{6}Z stored/);

    const start = performance.now();
    await destroyVolume();
    const empty = performance.now();
    const output = await npmRun("restore", "--yes");
    const job = await until("the gateway answers from the database", 180, () =>
      gateway.get<Job>(`/api/jobs/${jobs[0]!.job_id}`),
    );
    const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1);
    console.log(
      `      an answer ${seconds(start)} s after the volume was destroyed, ${seconds(empty)} s after PostgreSQL was back`,
    );

    expect(output).to.include("Restored in");
    expect(job).to.deep.equal(jobs[0]);
    for (const before of jobs) expect(await gateway.get<Job>(`/api/jobs/${before.job_id}`)).to.deep.equal(before);
    expect(await until("the registry answers", 60, () => gateway.get<unknown>("/api/models"))).to.deep.equal(
      modelsBefore,
    );
    expect(await psql("shop", "select count(*), sum(hashtext(customers::text)) from customers")).to.equal(shopBefore);
    expect(await databases()).to.deep.equal(["datasources", "postgres", "registry", "shop", "training"]);
  });

  it("goes on with what was restored: jobs are accepted and trained", async () => {
    const { job_id } = await until("a job is accepted", 120, () =>
      gateway.post<Job>("/api/jobs", {
        model_name: "after-restore",
        dataset_location: "s3://datasets/backup.csv",
        target: "y",
      }),
    );
    await succeeded(gateway, job_id);
    const { rows } = await until("the connector answers", 120, () =>
      gateway.post<{ rows: number[][] }>("/api/query", { query: "how many customers are there in Germany?" }),
    );
    expect(rows[0]![0]).to.be.greaterThan(0);
  });

  it("undoes what was written after the backup, and only when it is told to overwrite", async () => {
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

  it("refuses a backup that there is not, and leaves the databases open", async () => {
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
