import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const down = (...args: string[]) => {
  // With an empty PATH, any command that it ran would fail with another message.
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "../../bin/down.ts"), ...args], {
    encoding: "utf8",
    env: { PATH: "" },
  });
  return { status, stderr };
};

describe("npm run down", () => {
  it("refuses a stack with protected data before it deletes anything, and explains what to do", () => {
    const { status, stderr } = down("prod", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.match(/^down: the data of stack prod is protected; nothing was deleted/);
    expect(stderr).to.include("pulumi config set --stack prod platform:protect false");
  });

  it("requires an existing stack", () => {
    expect(down()).to.include({ status: 2 });
    expect(down("staging")).to.include({ status: 2 }).and.property("stderr").includes("dev, prod");
  });
});
