import type { Job } from "@chatdb/contracts/jobs.ts";
import { expect } from "chai";
import { gatewayClient, linearCsv, succeeded } from "../support/gateway.ts";
import { kubectl, podsOf, until } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { npmRun } from "./commands.ts";

const namespace = "chatdb-system";

describe("backup and restore of ChatDB dev on a real Kubernetes", function () {
  this.timeout(600_000);
  const gateway = gatewayClient();
  after(() => gateway.close());

  const databases = async () =>
    (await psql("postgres", "select datname from pg_database where not datistemplate order by 1")).trim().split("\n");

  /** Deletes the volume and the server's pod. */
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

  it("restores every acknowledged row after the volume is destroyed", async () => {
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

  it("accepts and trains jobs after a restore", async () => {
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
});
