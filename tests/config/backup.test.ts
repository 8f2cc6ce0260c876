import { Cron } from "croner";
import { expect } from "chai";
import { stackNames } from "../../config/project.ts";
import { objects } from "../../render/objects.ts";
import { configuration, issues } from "../support/configuration.ts";
import { recordStack } from "../../render/stack.ts";

const hour = 3_600_000;

describe("backup settings", () => {
  for (const stack of stackNames()) {
    it(`lose less than a day in ${stack}`, async () => {
      const { schedule } = (await configuration({}, stack)).postgres.backup;
      const times = new Cron(schedule, { timezone: "Etc/UTC", paused: true })
        .nextRuns(100, new Date("2027-01-01T00:00:00Z"))
        .map(Number);
      const gaps = times.slice(1).map((time, index) => time - times[index]!);
      expect(gaps).to.have.length(99);
      expect(Math.max(...gaps)).to.equal(6 * hour);
    });
  }

  it("are rejected when Kubernetes would reject them or the schedule never fires", async () => {
    for (const schedule of ["daily", "@daily", "0 0 0 * * *", "0 25 * * *", "0 0 31 2 *", "0 0 L * *", "* * * *"]) {
      expect(await issues({ "chatdb:postgres.backup": { schedule, keep: "1d" } }), schedule).to.have.all.keys(
        "chatdb:postgres.backup.schedule",
      );
    }
    for (const schedule of ["", "0 3 * * *", "*/15 0-6 1,15 * mon-FRI", "5 4 * * 7"]) {
      expect(await issues({ "chatdb:postgres.backup": { schedule, keep: "1d" } }), schedule).to.deep.equal({});
    }
  });

  it("are rejected when no backup would be kept, or a value is invalid", async () => {
    expect(
      await issues({ "chatdb:postgres.backup": { schedule: "0 3 * * *", keep: "0d", storage: "1GB", encrypt: true } }),
    ).to.have.all.keys(["encrypt", "keep", "storage"].map((name) => `chatdb:postgres.backup.${name}`));
    expect(
      (await configuration({ "chatdb:postgres.backup": { schedule: "0 3 * * *" } })).postgres.backup.keep,
    ).to.equal("14d");
  });

  it("create no CronJob when backups are off or PostgreSQL is external", async () => {
    const cronJobs = async (settings: Record<string, unknown>) =>
      objects(await recordStack("dev", { settings }), "CronJob").map(({ metadata }) => metadata.name);
    const external = { host: "pg.example.com", adminUser: "root", adminPassword: { secure: "v1:encrypted" } };
    expect(await cronJobs({})).to.deep.equal(["postgres-backup", "postgres-restore"]);
    expect(await cronJobs({ "chatdb:postgres.backup": { schedule: "", keep: "14d" } })).to.deep.equal([]);
    expect(await cronJobs({ "chatdb:postgres.external": external })).to.deep.equal([]);
  });
});
