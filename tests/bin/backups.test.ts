import { expect } from "chai";
import { listBackups, restore, type Place } from "../../bin/backups.ts";
import type { Job } from "../../bin/job.ts";

const fetchStep = { name: "fetch", args: ["main.js", "backup-fetch"] };
const template = {
  metadata: { name: "postgres-restore-1", namespace: "data" },
  spec: { template: { metadata: {}, spec: { initContainers: [fetchStep], containers: [{ name: "restore" }] } } },
};
const login = {
  metadata: {
    name: "postgres-shop-owner-1",
    namespace: "data",
    labels: {
      "app.kubernetes.io/name": "postgres-shop-owner",
      "batch.kubernetes.io/job-name": "postgres-shop-owner-1",
    },
  },
  spec: {
    selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "1" } },
    backoffLimit: 4,
    template: {
      metadata: { labels: { "app.kubernetes.io/name": "postgres-shop-owner", "controller-uid": "1" } },
      spec: { containers: [{ name: "job", args: ["main.js", "database"] }] },
    },
  },
};

/** Simulates kubectl on a cluster in which every Job ends at once. */
function cluster({ log = "", jobs = [] as object[], end = { type: "Complete" } as object }): {
  place: Place;
  created: Job[];
} {
  const created: Job[] = [];
  const kubectl = (args: readonly string[], input?: string) => {
    const [verb, kind] = args;
    if (verb === "logs") return log;
    if (verb === "create" && kind === "job") return JSON.stringify(template);
    if (verb === "create") return String(created.push(JSON.parse(input!) as Job));
    if (kind === "job") return JSON.stringify({ ...template, status: { conditions: [{ status: "True", ...end }] } });
    return JSON.stringify({ items: kind === "jobs" ? jobs : [] });
  };
  return { place: { kubectl, namespace: "data", tell: () => undefined }, created };
}
const failure = (done: Promise<unknown>) =>
  done.then(
    () => "none",
    (error: Error) => error.message,
  );

describe("backups from the command line", () => {
  it("lists the backups in the Job's log", async () => {
    const backups = [{ time: "20261121T060000Z", parts: [{ name: "shop.dump", bytes: 7 }] }];
    const { place, created } = cluster({ log: `{"level":30,"msg":"trying"}\n${JSON.stringify({ backups })}\n` });
    expect(await listBackups(place)).to.deep.equal(backups);
    expect(created[0]!.spec.template.spec).to.deep.equal({
      containers: [{ ...fetchStep, args: ["main.js", "backup-list"] }],
    });
  });

  it("distinguishes a lost log from an empty bucket", async () => {
    expect(await listBackups(cluster({ log: '{"backups":[]}\n' }).place)).to.deep.equal([]);
    expect(await failure(listBackups(cluster({ log: "" }).place))).to.include("lost its log");
  });

  it("restores the requested backup and recreates the logins", async () => {
    const { place, created } = cluster({
      jobs: [
        login,
        {
          ...login,
          spec: {
            template: { ...login.spec.template, spec: { containers: [{ name: "job", args: ["main.js", "topics"] }] } },
          },
        },
      ],
    });
    await restore(place, "20261121T060000Z");
    expect(created).to.have.length(2);
    expect(created[0]!.spec.template.spec.initContainers![0]!.env).to.deep.equal([
      { name: "BACKUP_FROM", value: "20261121T060000Z" },
    ]);
    expect(created[1]!.metadata.name).to.match(/^postgres-shop-owner-1-\w+$/);
    expect(created[1]!.metadata.labels).to.deep.equal({
      "app.kubernetes.io/name": "postgres-shop-owner",
      "chatdb/repeats": "postgres-shop-owner-1",
    });
    expect(created[1]!.spec).to.deep.equal({
      backoffLimit: 4,
      ttlSecondsAfterFinished: 3600,
      template: {
        metadata: { labels: { "app.kubernetes.io/name": "postgres-shop-owner" } },
        spec: login.spec.template.spec,
      },
    });
  });

  it("reports when no Job creates the logins", async () => {
    expect(await failure(restore(cluster({}).place, "latest"))).to.match(
      /^the data is restored, but the services cannot log in/,
    );
  });

  it("fails when the Job fails, without creating logins", async () => {
    const { place, created } = cluster({ end: { type: "Failed", message: "Pod failed" }, jobs: [login] });
    expect(await failure(restore(place, "latest"))).to.include("failed (Pod failed)");
    expect(created).to.have.length(1);
  });
});
