import { loaderFor } from "../../bin/image-loader.ts";
import { imageTag, serviceNames } from "../../bin/image-tag.ts";
import type * as ImageTags from "../../bin/image-tag.ts";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");

describe("image tags", () => {
  let copy = "";
  let imports = 0;

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "chatdb-tags-"));
    const filter = (path: string) => !path.includes("node_modules");
    for (const path of ["services", "bin", "package.json", "package-lock.json"]) cpSync(join(root, path), join(copy, path), { recursive: true, filter });
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  /** The tags of the copy as it is now: a module read afresh remembers nothing. */
  async function tags(): Promise<Record<string, string>> {
    const module = (await import(`${pathToFileURL(join(copy, "bin/image-tag.ts")).href}?${(imports += 1)}`)) as typeof ImageTags;
    return Object.fromEntries(module.serviceNames().map((name) => [name, module.imageTag(name)]));
  }

  /** The services whose tag differs after a change. */
  async function changedBy(change: () => void): Promise<string[]> {
    const before = await tags();
    change();
    const after = await tags();
    return Object.keys(after).filter((name) => after[name] !== before[name]);
  }

  it("are for the services that have an image", () => {
    expect(serviceNames()).to.include.members(["api-gateway", "provisioner", "test-service"]).and.not.include("platform").and.not.include("kit");
    expect(imageTag("api-gateway")).to.match(/^src-[0-9a-f]{12}$/);
    expect(() => imageTag("nothing")).to.throw("nothing");
  });

  it("follow from what files hold, not from where they are or when they were written", async () => {
    utimesSync(join(copy, "services/kit/env.ts"), 0, 0);
    expect(await tags()).to.deep.equal(Object.fromEntries(serviceNames().map((name) => [name, imageTag(name)])));
  });

  it("change with the service, with the packages that it uses, and with what is common to all", async () => {
    const edit = (path: string) => () => appendFileSync(join(copy, path), "\n");
    expect(await changedBy(edit("services/api-gateway/main.ts"))).to.deep.equal(["api-gateway"]);
    expect(await changedBy(edit("services/sample-data/ddl.ts"))).to.deep.equal(["provisioner"]);
    expect(await changedBy(edit("services/Dockerfile"))).to.deep.equal(serviceNames());
    expect(await changedBy(edit("package-lock.json"))).to.deep.equal(serviceNames());
    expect(await changedBy(() => writeFileSync(join(copy, "services/kit/new.ts"), ""))).to.deep.equal(serviceNames());
  });
});

describe("image loader", () => {
  it("says how to use a registry where images cannot be loaded into the cluster", () => {
    expect(() => loaderFor("some-cloud", "")).to.throw(/context some-cloud[^]*npm run images -- --push REGISTRY --tag TAG/);
    expect(() => loaderFor(undefined, "")).to.throw("no current context");
  });

  it("gives the images to a command, and fails when that does", () => {
    const builder = undefined as never;
    expect(() => loaderFor(undefined, "test localhost/a =")(["localhost/a"], builder)).not.to.throw();
    expect(() => loaderFor(undefined, "test localhost/a =")(["localhost/b"], builder)).to.throw("exit code 1");
  });
});

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
      packages: { "": project, dependency: { version: "1.0.0" }, "node_modules/dependency": { resolved: "dependency", link: true } },
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  const setup = () => {
    const { status, stdout } = spawnSync(process.execPath, ["bin/setup.mjs"], { cwd: folder, encoding: "utf8" });
    return { status, stdout };
  };
  const installed = { status: 0, stdout: "Installing the project's packages: about a minute, this once.\n" };
  const nothingToDo = { status: 0, stdout: "" };

  it("installs once, and again when the lock file is newer", () => {
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
