import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pruneImages } from "../../bin/images.ts";
import { sourceTag } from "../../config/source-tag.ts";
import { builderOrSkip, skip } from "./support/builder.ts";

const program = join(import.meta.dirname, "../../bin/images.ts");

describe("npm run images with invalid arguments", () => {
  const wrong: [string, string[], string][] = [
    ["a registry without a tag", ["--push", "registry.example.com"], "--push and --tag go together"],
    ["a tag without a registry", ["--tag", "1"], "--push and --tag go together"],
    ["a stack and no push", ["--stack", "prod"], "--stack goes with --push"],
    [
      "a stack that there is not",
      ["--push", "registry.example.com", "--tag", "1", "--stack", "staging"],
      "there is no stack staging",
    ],
    ["two tasks", ["--prune", "--sbom", "out"], "different tasks"],
    ["a base without a tag", ["--base", "gcr.io/distroless/nodejs24-debian12"], "is no base image"],
  ];
  for (const [what, args, message] of wrong) {
    it(`prints an error, the usage, and exits with 2: ${what}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
      expect(stderr.split("\n")[0])
        .to.match(/^images: /)
        .and.include(message);
      expect({ status, usage: stderr.includes("Usage: npm run images") }).to.deep.equal({ status: 2, usage: true });
    });
  }
});

describe("npm run images -- --prune", () => {
  const storage = mkdtempSync(join(tmpdir(), "chatdb-storage-"));
  const environment = { ...process.env };
  after(() => {
    process.env = environment;
    rmSync(storage, { recursive: true });
  });

  it("deletes the images of earlier sources and keeps all others", function () {
    const builder = builderOrSkip(this);
    if (builder.name === "docker") skip(this, "docker has one store for all: nothing is deleted from it for a test");
    // The test uses a store of its own, so that it deletes nothing of this machine.
    writeFileSync(
      join(storage, "storage.conf"),
      `[storage]\ndriver = "vfs"\ngraphroot = "${storage}/graph"\nrunroot = "${storage}/run"\n`,
    );
    process.env.CONTAINERS_STORAGE_CONF = join(storage, "storage.conf");
    mkdirSync(join(storage, "context"));
    writeFileSync(join(storage, "Dockerfile"), "FROM scratch\nCOPY . /\n");
    const old = [
      "localhost/platform/chatdb/api-gateway:src-000000000000",
      "localhost/platform/chatdb/a-service-of-once:src-0123456789ab",
    ];
    const kept = [
      `localhost/platform/chatdb/api-gateway:${sourceTag("chatdb/api-gateway")}`,
      "localhost/platform/chatdb/api-gateway:1.0.0",
      "localhost/platform-two/api-gateway:src-000000000000",
      "registry.example.com/chatdb/api-gateway:src-000000000000",
    ];
    for (const image of [...old, ...kept])
      builder.build(image, {
        dockerfile: join(storage, "Dockerfile"),
        context: join(storage, "context"),
        arguments: {},
        labels: { image },
      });
    expect(pruneImages(builder)).to.have.members(old);
    expect(builder.list()).to.have.members(kept);
    expect(pruneImages(builder)).to.deep.equal([]);
  });
});
