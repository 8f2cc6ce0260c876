import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { onnxFile } from "./support/onnx-files.ts";
import { startTrainingPlatform } from "./support/training-platform.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("docs/chatdb/training.md", function () {
  this.timeout(120_000);
  let platform: Awaited<ReturnType<typeof startTrainingPlatform>>;
  let blocks: string[];
  let folder: string;
  before(async () => {
    platform = await startTrainingPlatform();
    const text = await readFile(join(root, "docs/chatdb/training.md"), "utf8");
    blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) =>
      block!.replaceAll("localhost:8080", new URL(platform.url).host),
    );
    // What the commands write is not for the repository.
    folder = await mkdtemp(join(tmpdir(), "training-docs-"));
    for (const name of ["package.json", "bin", "node_modules", "services"])
      await symlink(join(root, name), join(folder, name));
  });
  after(async () => {
    await platform.close();
    await rm(folder, { recursive: true });
  });

  /** Runs a block as a person would paste it; fails where one of its commands does. */
  const runs = (block: string) =>
    promisify(execFile)("bash", ["-euc", `set -o pipefail\n${block}`], {
      cwd: folder,
      env: { ...process.env, CHATDB_URL: platform.url },
    });

  it("has commands for the terminal, for curl, and for a model that was trained elsewhere", () => {
    expect(blocks).to.have.length(3);
  });

  it("leads from a file to a prediction by the commands of the terminal", async () => {
    const { stdout } = await runs(blocks[0]!);
    for (const part of [/status +succeeded/, /house-prices +1 +production/, /price\n─+\n *\d+/, /contribution/])
      expect(stdout).to.match(part);
  });

  it("leads from a file to a prediction by curl", async () => {
    const { stdout } = await runs(blocks[1]!);
    expect(stdout)
      .to.contain("event: end")
      .and.to.contain('"stage":"production"')
      .and.to.match(/"prediction":\d+/)
      .and.to.contain('"contributions"');
  });

  it("leads from an ONNX file to a prediction", async () => {
    // What the lines of Python there write, which tests/services/onnx-runtime/files/make.py has, too.
    await writeFile(join(folder, "iris.onnx"), onnxFile("iris-logistic"));
    const { stdout } = await runs(blocks[2]!);
    expect(stdout)
      .to.match(/iris +1 +species +sepal_length, /)
      .and.to.match(/setosa/)
      .and.to.contain('"version":2')
      .and.to.contain('"features":["x1","x2","x3","x4"]');
  });
});
