import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

describe("setup", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chatdb-setup-"));
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "dependency"));
    cpSync(join(root, "bin/setup.mjs"), join(folder, "bin/setup.mjs"));
    const write = (path: string, content: object) => writeFileSync(join(folder, path), JSON.stringify(content));
    const project = { name: "project", version: "1.0.0", dependencies: { dependency: "file:dependency" } };
    write("package.json", project);
    write("dependency/package.json", { name: "dependency", version: "1.0.0" });
    write("package-lock.json", {
      name: "project",
      version: "1.0.0",
      lockfileVersion: 3,
      packages: {
        "": project,
        dependency: { version: "1.0.0" },
        "node_modules/dependency": { resolved: "dependency", link: true },
      },
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  const setup = () => {
    const { status, stdout } = spawnSync(process.execPath, ["bin/setup.mjs"], { cwd: folder, encoding: "utf8" });
    return { status, stdout };
  };
  const installed = { status: 0, stdout: "Installing the project's packages: about a minute, this once.\n" };
  const nothingToDo = { status: 0, stdout: "" };

  it("installs once, and again after the lock file changes", () => {
    expect(setup()).to.deep.equal(installed);
    expect(setup()).to.deep.equal(nothingToDo);
    const later = new Date(Date.now() + 1000);
    utimesSync(join(folder, "package-lock.json"), later, later);
    expect(setup()).to.deep.equal(installed);
  });

  it("fails when npm does", () => {
    writeFileSync(join(folder, "package-lock.json"), "{");
    const later = new Date(Date.now() + 2000);
    utimesSync(join(folder, "package-lock.json"), later, later);
    expect(setup().status).to.equal(1);
  });
});
