import { expect } from "chai";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/adding-a-system.md"), "utf8");

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Record<string, unknown>;
}

/** The files in the page's code blocks, by the path behind the language. */
function filesOfPage(): [path: string, text: string][] {
  return [...page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, path, text]) => [path!, text!]);
}

/** Writes a file of the page into a copy of the project; for an existing file it adds the lines. */
function follow(copy: string, path: string, text: string): void {
  const file = join(copy, path);
  mkdirSync(dirname(file), { recursive: true });
  if (path === "systems/index.ts") {
    writeFileSync(file, readFileSync(file, "utf8").replace(/^};$/m, `${text}};`));
  } else if (path.startsWith("Pulumi.")) {
    writeFileSync(file, readFileSync(file, "utf8") + text);
  } else {
    writeFileSync(file, text);
  }
}

describe("docs/adding-a-system.md", () => {
  const copy = mkdtempSync(join(tmpdir(), "adding-a-system-"));
  const out = join(copy, "manifests");
  let manifests: Manifest[];

  before(async () => {
    const filter = (path: string) => !path.includes("node_modules");
    for (const path of ["bin", "components", "config", "render", "services", "systems", "index.ts", "package.json"])
      cpSync(join(root, path), join(copy, path), { recursive: true, filter });
    for (const path of ["package-lock.json", "Pulumi.yaml", "Pulumi.dev.yaml"])
      cpSync(join(root, path), join(copy, path));
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    for (const [path, text] of filesOfPage()) follow(copy, path, text);
    await promisify(execFile)(process.execPath, ["bin/render.ts", "dev", "--out", out, "--for-tests"], { cwd: copy });
    const waves = readdirSync(out).filter((file) => file.endsWith(".yaml"));
    manifests = waves.flatMap((file) =>
      parseAllDocuments(readFileSync(join(out, file), "utf8")).map((document) => document.toJS() as Manifest),
    );
  });
  after(() => rmSync(copy, { recursive: true }));

  const named = (kind: string) =>
    manifests.filter((one) => one.kind === kind).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

  it("deploys the new system without ChatDB", () => {
    const namespaces = manifests.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
    expect(namespaces).to.deep.equal(["notes"]);
    expect(named("Deployment")).to.deep.equal(["notes/backend"]);
    expect(named("StatefulSet")).to.deep.equal(["notes/postgres"]);
  });

  it("follows the settings of the stack", () => {
    const { spec } = manifests.find(({ kind }) => kind === "StatefulSet")!;
    expect(JSON.stringify(spec.volumeClaimTemplates)).to.include('"storage":"2Gi"');
    expect(manifests.find(({ kind }) => kind === "Deployment")!.spec.replicas).to.equal(2);
  });

  it("gives the service its image, its database and an entry point", () => {
    const deployment = JSON.stringify(manifests.find(({ kind }) => kind === "Deployment"));
    expect(deployment).to.match(/localhost\/platform\/notes\/backend:src-[0-9a-f]{12}/);
    expect(deployment).to.include("DATABASE_PASSWORD");
    expect(named("NetworkPolicy")).to.include("notes/backend-egress");
    expect(named("Job").some((name) => name.startsWith("notes/postgres-notes-owner"))).to.be.true;
  });
});
