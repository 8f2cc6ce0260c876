import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { ObjectStore } from "../../../components/data/object-store.ts";
import { PostgresBackup } from "../../../components/data/postgres-backup.ts";
import { Postgres } from "../../../components/data/postgres.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { containers, object, objects, resource, workload, type Objects } from "../../../render/objects.ts";
import { run, sizes, namespace } from "../../support/program.ts";
import { podFaults, rules } from "../../support/rules.ts";

type Container = Objects["Job"]["spec"]["template"]["spec"]["containers"][number];

const infrastructure = {
  namespace: namespace("data"),
  resources: sizes,
  storage: "1Gi",
  provisionerImage: "example.com/provisioner:1",
} as const;

function program() {
  new PostgresBackup("postgres", {
    namespace: namespace("data"),
    postgres: new Postgres("postgres", { ...infrastructure, image: "example.com/postgres:18" }),
    objectStore: new ObjectStore("minio", { ...infrastructure, image: "example.com/store:1", bucketPrefix: "acme-" }),
    image: "example.com/postgres:18",
    provisionerImage: infrastructure.provisionerImage,
    schedule: "17 */6 * * *",
    keep: "14d",
    storage: "2Gi",
  });
}

describe("backup of PostgreSQL", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program)));

  const steps = (name: string) => containers(workload(resources, name));
  const cronJob = (name: string) => object(resources, "CronJob", name).spec;
  /** Returns the variables that refer to a Secret, with their values in it. */
  const secrets = ({ env }: Container) =>
    env
      .filter(({ valueFrom }) => valueFrom)
      .map(({ name, valueFrom: { secretKeyRef } }) => [
        name,
        objects(resources, "Secret").find(({ metadata }) => metadata.name === secretKeyRef.name)!.stringData[
          secretKeyRef.key
        ],
      ]);
  const value = ({ env }: Container, name: string) => env.find((variable) => variable.name === name)?.value;

  it("runs on its schedule in UTC, one run at a time, each for at most an hour", () => {
    expect(cronJob("postgres-backup")).to.include({
      schedule: "17 */6 * * *",
      timeZone: "Etc/UTC",
      suspend: false,
      concurrencyPolicy: "Forbid",
    });
    expect(cronJob("postgres-backup").jobTemplate.spec).to.include({ activeDeadlineSeconds: 3600, backoffLimit: 2 });
    expect(workload(resources, "postgres-backup").pod.restartPolicy).to.equal("Never");
  });

  it("dumps and then stores, in a directory of the requested size", () => {
    expect(steps("postgres-backup").map(({ name, image }) => [name, image])).to.deep.equal([
      ["dump", "example.com/postgres:18"],
      ["store", "example.com/provisioner:1"],
    ]);
    expect(steps("postgres-backup")[1]!.args).to.deep.equal(["main.js", "backup-store"]);
    expect(workload(resources, "postgres-backup").pod.volumes).to.deep.include({
      name: "workspace",
      emptyDir: { sizeLimit: "2Gi" },
    });
    for (const { resources } of steps("postgres-backup"))
      expect(resources.limits).to.include({ "ephemeral-storage": "2Gi" });
    for (const { volumeMounts } of steps("postgres-backup"))
      expect(volumeMounts).to.deep.include({ name: "workspace", mountPath: "/workspace" });
  });

  it("keeps backups for the requested time, in their own bucket", () => {
    const store = steps("postgres-backup")[1]!;
    expect(value(store, "KEEP_SECONDS")).to.equal(String(14 * 24 * 3600));
    expect(value(store, "S3_BUCKET_BACKUPS")).to.equal("acme-backups");
  });

  for (const [job, talksToServer, talksToStore] of [
    ["backup", 0, 1],
    ["restore", 1, 0],
  ] as const) {
    it(`gives the administrator's password only to the step of a ${job} that needs it`, () => {
      const password = object(resources, "Secret", "postgres-admin").stringData.password;
      const [server, store] = [steps(`postgres-${job}`)[talksToServer]!, steps(`postgres-${job}`)[talksToStore]!];
      expect(secrets(server)).to.deep.equal([["PGPASSWORD", password]]);
      expect(secrets(store).map(([name]) => name)).to.deep.equal(["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"]);
      expect(value(server, "PGHOST")).to.equal("postgres.data.svc.cluster.local");
      expect(value(server, "PGUSER")).to.equal("postgres");
    });
  }

  it("writes to the bucket for a backup, and only reads it for a restore", () => {
    const buckets = (job: string) => {
      const [{ env }] = workload(resources, `minio-postgres-${job}`).pod.containers as [Container];
      return JSON.parse(env.find(({ name }) => name === "BUCKETS")!.value) as unknown;
    };
    expect(buckets("backup")).to.deep.equal({ "acme-backups": "read-write" });
    expect(buckets("restore")).to.deep.equal({ "acme-backups": "read" });
  });

  it("restores only on request, and does not retry after a permanent failure", () => {
    const { suspend, schedule, jobTemplate } = cronJob("postgres-restore");
    expect({ suspend, schedule }).to.deep.equal({ suspend: true, schedule: "0 0 31 2 *" });
    expect(jobTemplate.spec.podFailurePolicy).to.deep.equal({
      rules: [{ action: "FailJob", onExitCodes: { containerName: "fetch", operator: "In", values: [1, 2] } }],
    });
    expect(steps("postgres-restore").map(({ name }) => name)).to.deep.equal(["fetch", "restore"]);
    expect(cronJob("postgres-backup").jobTemplate.spec).to.not.have.property("podFailurePolicy");
  });

  it("waits for its users of the object store", () => {
    for (const job of ["backup", "restore"]) {
      expect(resource(resources, "CronJob", `postgres-${job}`).dependencies).to.include(
        resource(resources, "Job", `minio-postgres-${job}`).urn,
      );
    }
  });

  it("runs scripts that a POSIX shell can parse", () => {
    const scripts = [steps("postgres-backup")[0]!, steps("postgres-restore")[1]!].map(({ command }) => command);
    for (const [shell, option, script, ...args] of scripts) {
      expect([shell, option]).to.deep.equal(["sh", "-c"]);
      expect(args).to.have.length(2);
      execFileSync("sh", ["-n"], { input: script });
    }
  });

  it("meets the rules about pods and secrets", () => {
    expect(podFaults(resources)).to.deep.equal([]);
    expect(rules.kept(resources)).to.deep.equal([]);
    expect(rules.referring(resources)).to.deep.equal([]);
  });
});
