import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../bin/bundle.ts";
import { eventually } from "../services/support/eventually.ts";
import { FakeRegistry } from "../services/chatdb/support/fake-registry.ts";
import { freePort } from "../services/support/free-port.ts";
import { onnxFile } from "../services/chatdb/support/onnx-files.ts";

const root = join(import.meta.dirname, "../..");

/** Lists the files of a bundle except shared and lazily loaded chunks. */
const filesOf = (folder: string) => readdirSync(folder).filter((file) => !/-[A-Z0-9]{8}\.js$/.test(file));

describe("bundle", function () {
  this.timeout(300_000);
  const registry = new FakeRegistry();
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  let service: ChildProcess | undefined;
  after(async () => {
    service?.kill();
    await registry.stop();
    rmSync(folder, { recursive: true });
  });

  it("runs in its own folder, including its threads and their WebAssembly", async () => {
    await bundle("chatdb/prediction-service");
    cpSync(join(root, "dist/chatdb/prediction-service"), folder, { recursive: true });
    expect(filesOf(folder)).to.have.members([
      "main.js",
      "onnx-worker.js",
      "ort-wasm-simd-threaded.wasm",
      "package.json",
      "sbom.cdx.json",
    ]);
    registry.import("iris", onnxFile("iris-logistic"), {
      target: "species",
      features: ["a", "b", "c", "d"],
      classes: ["setosa", "versicolor", "virginica"],
    });
    const port = await freePort();
    service = spawn(process.execPath, ["main.js"], {
      cwd: folder,
      stdio: "ignore",
      env: { MODEL_REGISTRY_URL: await registry.start(), PORT: String(port) },
    });
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => expect((await fetch(`${url}/ready`)).status).to.equal(200), 20_000);
    const body = JSON.stringify({ model_name: "iris", features: { a: 5.1, b: 3.5, c: 1.4, d: 0.2 } });
    const answer = await fetch(`${url}/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(await answer.json()).to.include({ prediction: "setosa" });
  });

  it("contains no model runtime when its service uses none", async () => {
    await bundle("chatdb/ml-engine");
    expect(filesOf(join(root, "dist/chatdb/ml-engine"))).to.have.members([
      "main.js",
      "train-worker.js",
      "package.json",
      "sbom.cdx.json",
    ]);
  });
});
