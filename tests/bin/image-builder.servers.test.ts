import { expect } from "chai";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localBase, reference } from "../../bin/base-image.ts";
import { bundle, sbomFile } from "../../bin/bundle.ts";
import { isInstalled } from "../../bin/command.ts";
import type { Build, ImageBuilder } from "../../bin/image-builder.ts";
import { imageLabels } from "../../bin/image-labels.ts";
import { eventually } from "../services/support/eventually.ts";
import { freePort } from "../services/support/free-port.ts";
import { builderOrSkip, contentDigest, skip } from "./support/builder.ts";

const root = join(import.meta.dirname, "../..");
const service = "chatdb/test-service";
const name = (registry: string, tag: string) => `${registry}/chatdb-tests/${service}:${process.pid}-${tag}`;

/** The build of a service as `npm run images` requests it, from the bundles in a folder. */
const buildOf = (dist: string): Build => ({
  dockerfile: join(root, "services/Dockerfile"),
  context: dist,
  arguments: { BASE: reference(localBase()), SERVICE: service },
  labels: imageLabels(service, localBase()),
});

describe("image", function () {
  this.timeout(300_000);
  let builder: ImageBuilder;
  const images: string[] = [];
  const build = (image: string, dist = join(root, "dist")) => {
    builder.build(image, buildOf(dist));
    images.push(image);
    return contentDigest(builder, image);
  };

  before(async function () {
    builder = builderOrSkip(this);
    await bundle(service, localBase());
  });
  after(() => images.forEach((image) => builder.remove(image)));

  describe("built twice", () => {
    // The copy is next to the sources, on the same file system, so that packages are hard-linked instead of copied.
    const copy = join(root, "dist/copy");
    before(function () {
      rmSync(copy, { recursive: true, force: true });
      mkdirSync(copy, { recursive: true });
      if (spawnSync("cp", ["-al", "node_modules", copy], { cwd: root }).status !== 0)
        skip(this, "the packages cannot be linked here: cp -al");
      for (const path of ["bin", "config", "services", "package.json", "package-lock.json"])
        cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
    });
    after(() => rmSync(copy, { recursive: true, force: true }));

    it("is identical for equal sources in another folder, at another time and with another umask", () => {
      const here = build(name("localhost", "here"));
      const umask = process.umask(0o077);
      try {
        const script =
          'const { bundle } = await import("./bin/bundle.ts"); const { localBase } = await import("./bin/base-image.ts"); await bundle(process.argv[1], localBase());';
        const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script, service], {
          cwd: copy,
          encoding: "utf8",
          env: { ...process.env, TZ: "Asia/Tokyo" },
        });
        expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
        expect(build(name("localhost", "there"), join(copy, "dist")))
          .to.equal(here)
          .and.match(/^sha256:/);
      } finally {
        process.umask(umask);
      }
      appendFileSync(join(copy, "dist", service, "main.js"), "\n");
      expect(build(name("localhost", "changed"), join(copy, "dist"))).to.not.equal(here);
    });
  });

  describe("pushed to a registry", () => {
    let registry: ChildProcess;
    let url: string;
    const folder = mkdtempSync(join(tmpdir(), "chatdb-registry-"));

    before(async function () {
      // The registry library of crane and ko keeps everything in memory.
      if (!isInstalled("go")) skip(this, "go is not installed, which the registry is made with");
      const source = "github.com/google/go-containerregistry/cmd/registry@v0.20.6";
      const { status, stderr } = spawnSync("go", ["install", source], {
        encoding: "utf8",
        env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" },
      });
      if (status !== 0) skip(this, `go cannot fetch ${source}: ${stderr.trim().split("\n").at(-1)}`);
      const port = await freePort();
      url = `127.0.0.1:${port}`;
      registry = spawn(join(folder, "registry"), ["-port", String(port)], { stdio: "ignore" });
      await eventually(async () => expect((await fetch(`http://${url}/v2/`)).status).to.equal(200));
    });
    after(() => {
      registry?.kill();
      rmSync(folder, { recursive: true });
    });

    const get = async (path: string) =>
      Buffer.from(await (await fetch(`http://${url}/v2/chatdb-tests/${service}/${path}`)).arrayBuffer());
    const json = async <T>(path: string) => JSON.parse((await get(path)).toString()) as T;

    it("is available under the digest of the push, which is the same for each push", async () => {
      const image = name(url, "1");
      build(image);
      const digest = builder.push(image);
      expect(digest).to.equal(
        `sha256:${createHash("sha256")
          .update(await get(`manifests/${digest}`))
          .digest("hex")}`,
      );
      const again = name(url, "2");
      build(again);
      expect(builder.push(again)).to.equal(digest);
    });

    it("runs as non-root, has labels, no timestamps and a bill of materials", async () => {
      const image = name(url, "3");
      build(image);
      const manifest = await json<{ config: { digest: string }; layers: { digest: string }[] }>(
        `manifests/${builder.push(image)}`,
      );
      const { config, created } = await json<{
        config: { User: string; Labels: Record<string, string> };
        created: string;
      }>(`blobs/${manifest.config.digest}`);
      expect(config.User).to.equal("65532:65532");
      expect(config.Labels).to.include(imageLabels(service, localBase()));
      expect(new Date(created).getTime()).to.equal(0);
      const layer = await get(`blobs/${manifest.layers.at(-1)!.digest}`);
      const { stdout } = spawnSync("tar", ["--extract", "--gzip", "--to-stdout", `app/${sbomFile}`], {
        input: layer,
        encoding: "utf8",
        maxBuffer: 2 ** 26,
      });
      expect(stdout).to.equal(readFileSync(join(root, "dist", service, sbomFile), "utf8"));
    });
  });
});
