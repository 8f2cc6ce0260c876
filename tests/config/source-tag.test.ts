import { sourceTag } from "../../config/source-tag.ts";
import type * as SourceTags from "../../config/source-tag.ts";
import { imageNames } from "../../config/workspace.ts";
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
    copy = mkdtempSync(join(tmpdir(), "platform-tags-"));
    const filter = (path: string) => !path.includes("node_modules");
    for (const path of ["services", "bin", "config", "package.json", "package-lock.json"])
      cpSync(join(root, path), join(copy, path), { recursive: true, filter });
  });
  afterEach(() => rmSync(copy, { recursive: true }));

  /** Computes the tags of the copy with a freshly loaded module, which has nothing cached. */
  async function tags(): Promise<Record<string, string>> {
    const module = (await import(
      `${pathToFileURL(join(copy, "config/source-tag.ts")).href}?${(imports += 1)}`
    )) as typeof SourceTags;
    return Object.fromEntries(imageNames().map((name) => [name, module.sourceTag(name)]));
  }

  /** Lists the services whose tag differs after a change. */
  async function changedBy(change: () => void): Promise<string[]> {
    const before = await tags();
    change();
    const after = await tags();
    return Object.keys(after).filter((name) => after[name] !== before[name]);
  }

  it("exist for the services with an image", () => {
    expect(imageNames())
      .to.include.members(["chatdb/api-gateway", "provisioner", "chatdb/test-service"])
      .and.not.include("chatdb/embedded")
      .and.not.include("kit");
    expect(sourceTag("chatdb/api-gateway")).to.match(/^src-[0-9a-f]{12}$/);
    expect(() => sourceTag("nothing")).to.throw("nothing");
  });

  it("depend on the content of files, not on their location or time", async () => {
    utimesSync(join(copy, "services/kit/env.ts"), 0, 0);
    expect(await tags()).to.deep.equal(Object.fromEntries(imageNames().map((name) => [name, sourceTag(name)])));
  });

  it("change with the service, its packages and the shared files", async () => {
    const edit = (path: string) => () => appendFileSync(join(copy, path), "\n");
    expect(await changedBy(edit("services/chatdb/api-gateway/main.ts"))).to.deep.equal(["chatdb/api-gateway"]);
    expect(await changedBy(edit("services/chatdb/sample-data/ddl.ts"))).to.deep.equal(["chatdb/sample-data"]);
    expect(await changedBy(edit("services/Dockerfile"))).to.deep.equal(imageNames());
    expect(await changedBy(edit("package-lock.json"))).to.deep.equal(imageNames());
    expect(await changedBy(() => writeFileSync(join(copy, "services/kit/new.ts"), ""))).to.deep.equal(imageNames());
  });
});
