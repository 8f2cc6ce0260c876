import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { withImages } from "../../bin/stack-file.ts";

const digest = `sha256:${"a".repeat(64)}`;
const images = {
  imageRegistry: "registry.example.com/chatdb",
  imageTag: "1.10",
  imageDigests: { "api-gateway": digest },
};

describe("stack file after a push of images", () => {
  it("gets registry, tag and digests, and keeps everything else, comments included", () => {
    const text = readFileSync(join(import.meta.dirname, "../../Pulumi.prod.yaml"), "utf8");
    const lines = withImages(text, images).split("\n");
    const before = text.split("\n");
    expect(lines.filter((line) => !before.includes(line))).to.have.members([
      "  platform:imageRegistry: registry.example.com/chatdb",
      '  platform:imageTag: "1.10"',
      "  platform:imageDigests:",
      `    api-gateway: ${digest}`,
    ]);
    // The removed lines are the earlier values of those three settings.
    const gone = before.filter((line) => !lines.includes(line));
    expect(
      gone.filter((line) => !/^ {2}platform:image(Registry|Tag|Digests):|^ {4}[a-z-]+: sha256:/.test(line)),
    ).to.deep.equal([]);
  });

  it("stays the same after the same push, and has only the digests of the last one", () => {
    const text = withImages("config:\n  platform:logLevel: debug # while we look\n", images);
    expect(withImages(text, images)).to.equal(text);
    expect(text).to.include("platform:logLevel: debug # while we look");
    const next = { ...images, imageTag: "2.0.0", imageDigests: { provisioner: digest } };
    expect(parse(withImages(text, next))).to.deep.equal({
      config: {
        "platform:logLevel": "debug",
        "platform:imageRegistry": next.imageRegistry,
        "platform:imageTag": "2.0.0",
        "platform:imageDigests": { provisioner: digest },
      },
    });
  });
});
