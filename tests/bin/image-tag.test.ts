import { imageTag, serviceNames } from "../../bin/image-tag.ts";
import type * as ImageTags from "../../bin/image-tag.ts";
import { expect } from "chai";
import { appendFileSync, cpSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
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
    for (const path of ["services", "bin", "package.json", "package-lock.json"])
      cpSync(join(root, path), join(copy, path), { recursive: true, filter });
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  /** The tags of the copy as it is now: a module read afresh remembers nothing. */
  async function tags(): Promise<Record<string, string>> {
    const module = (await import(
      `${pathToFileURL(join(copy, "bin/image-tag.ts")).href}?${(imports += 1)}`
    )) as typeof ImageTags;
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
    expect(serviceNames())
      .to.include.members(["api-gateway", "provisioner", "test-service"])
      .and.not.include("platform")
      .and.not.include("kit");
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
