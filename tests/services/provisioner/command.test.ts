import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(import.meta.resolve("@platform/provisioner/main.ts"));

function provisioner(args: string[], env: NodeJS.ProcessEnv) {
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { env, encoding: "utf8" });
  return { status, stderr };
}

describe("provisioner command line", () => {
  it("lists its commands when the command is missing or unknown", () => {
    expect(provisioner([], {})).to.deep.equal({
      status: 2,
      stderr:
        "provisioner: expected one command of database, topics, kafka-user, buckets, retire-database-user, retire-bucket-user, retire-kafka-user, backup-store, backup-fetch, backup-list\n",
    });
    expect(provisioner(["all"], {}).stderr).to.include("not all");
  });

  it("reports every problem of the environment at once and exits with 2", () => {
    const { status, stderr } = provisioner(["database"], { ACCESS: "all", DATABASE_NAME: "shop" });
    expect(status).to.equal(2);
    expect(stderr)
      .to.match(/ADMIN_DATABASE_HOST: not set/)
      .and.match(/USER_PASSWORD: not set/)
      .and.match(/ACCESS: .*owner.*read/);
    expect(stderr).not.to.include("DATABASE_NAME");
  });
});
