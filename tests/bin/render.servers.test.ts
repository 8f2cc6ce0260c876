import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mermaid } from "../../render/graph.ts";
import { manifests, toYaml } from "../../render/manifests.ts";
import { recording } from "../support/stacks.ts";

const program = join(import.meta.dirname, "../../bin/render.ts");

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function render(...args: string[]): Promise<Result> {
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
}

const files = (directory: string) =>
  Object.fromEntries(readdirSync(directory).map((file) => [file, readFileSync(join(directory, file), "utf8")]));

describe("npm run render", () => {
  const root = mkdtempSync(join(tmpdir(), "render-"));
  const out = (name: string) => join(root, name);
  let results: Result[];
  before(async function () {
    this.timeout(180_000);
    mkdirSync(out("first"));
    writeFileSync(join(out("first"), "wave-99.yaml"), "");
    writeFileSync(join(out("first"), "notes.txt"), "mine");
    results = await Promise.all([
      render("dev", "--out", out("first")),
      render("prod", "--out", out("vault"), "--secret-store", "vault"),
      render("dev", "--out", out("test-1"), "--for-tests"),
      render("dev", "--out", out("test-2"), "--for-tests"),
    ]);
  });
  after(() => rmSync(root, { recursive: true }));

  it("succeeds, for dev without warnings", () => {
    expect(results.map(({ code }) => code)).to.deep.equal([0, 0, 0, 0]);
    for (const { stderr } of [results[0]!, results[2]!, results[3]!]) expect(stderr).to.equal("");
  });

  it("warns about images without a digest in a stack that requires digests, and names only them", () => {
    const [first, ...lines] = results[1]!.stderr.trimEnd().split("\n");
    const images = Object.values(files(out("vault"))).flatMap((text) => text.match(/(?<= image: )\S+/g) ?? []);
    const floating = [...new Set(images)].filter((image) => !image.includes("@")).sort();
    expect(lines).to.deep.equal(floating.map((image) => `  ${image}`));
    expect(first ?? "").to.include(floating.length > 0 ? "Warning: stack prod wants images by digest" : "");
  });

  it("writes the same wave files and graph as another process, and keeps unrelated files", async () => {
    const waves = manifests(await recording("dev"), { form: "external", store: "platform" });
    expect(results[0]!.stdout).to.include(
      `${waves.flat().length} objects in ${waves.length} waves, and graph.mmd, in ${out("first")}.`,
    );
    expect(files(out("first"))).to.deep.equal({
      ...Object.fromEntries(waves.map((objects, number) => [`wave-${number}.yaml`, toYaml(objects)])),
      "graph.mmd": mermaid(await recording("dev")),
      "notes.txt": "mine",
    });
  });

  it("refers to the named secret store", () => {
    expect(results[1]!.stdout).to.include("ClusterSecretStore vault");
    const stores = Object.values(files(out("vault"))).flatMap(
      (text) => text.match(/(?<=kind: ClusterSecretStore\n +name: ).*/g) ?? [],
    );
    expect(new Set(stores)).to.deep.equal(new Set(["vault"]));
  });

  it("generates new passwords for each test, in files that only their owner can read", () => {
    const password = (name: string) =>
      /^ {2}name: postgres-admin-[^]*?\n {2}password: (\w{32})$/m.exec(files(out(name))["wave-0.yaml"]!)![1];
    expect(password("test-1")).to.not.equal(password("test-2"));
    expect(statSync(join(out("test-1"), "wave-0.yaml")).mode & 0o777).to.equal(0o600);
  });
});

describe("npm run render with invalid arguments", () => {
  const cases: Record<string, [string[], string]> = {
    "no stack": [["--out", "x"], "Say which stack to render, and no more than one."],
    "two stacks": [["dev", "prod", "--out", "x"], "Say which stack to render, and no more than one."],
    "a stack that there is not": [["staging", "--out", "x"], "There is no stack staging: the stacks are dev, prod."],
    "no directory": [["dev"], "Say where to write with --out DIR."],
    "an option that there is not": [["dev", "--output", "x"], "Unknown option '--output'"],
    "an option without its value": [["dev", "--out"], "Option '--out <value>' argument missing"],
  };
  for (const [name, [args, message]] of Object.entries(cases)) {
    it(`prints an error, the usage, and exits with 2: ${name}`, async () => {
      const { code, stdout, stderr } = await render(...args);
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr.split("\n")[0]).to.include(`render: ${message}`);
      expect(stderr).to.include("Usage: npm run render -- STACK --out DIR").and.not.include("    at ");
    });
  }

  it("prints an error and exits with 1 when it cannot create the directory", async () => {
    const { code, stderr } = await render("dev", "--out", join(program, "out"));
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/^render: .*render\.ts\/out/)
      .and.not.include("    at ");
  });

  it("prints the usage and exits with 0 on --help", async () => {
    const { code, stdout } = await render("--help");
    expect(code).to.equal(0);
    expect(stdout).to.match(/^Usage: npm run render/);
  });
});
