import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { sourceTag } from "../../config/source-tag.ts";
import { imageNames } from "../../config/workspace.ts";
import { guardDigests, imageReference } from "../../config/images.ts";
import { images } from "../../render/images.ts";
import { manifests } from "../../render/manifests.ts";
import { recordStack } from "../../render/stack.ts";
import { configuration, issues } from "../support/configuration.ts";
import { failure, run } from "../support/program.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const allDigests = Object.fromEntries(imageNames().map((name) => [name, digest("a")]));
const pushed = { "platform:imageRegistry": "registry.example.com/platform", "platform:imageTag": "1.2.0" };

type Configuration = Awaited<ReturnType<typeof configuration>>;
const others = ({ postgres, kafka, objectStore }: Configuration) => ({
  "chatdb:postgres.image": postgres.image,
  "chatdb:kafka.image": kafka.image,
  "chatdb:objectStore.image": objectStore.image,
});

describe("own images", () => {
  it("are referenced by registry, name and tag, and by digest if the stack has one", async () => {
    const config = await configuration({ ...pushed, "platform:imageDigests": { "chatdb/ml-engine": digest("b") } });
    expect(imageReference(config.platform, "chatdb/ml-engine")).to.equal(
      `registry.example.com/platform/chatdb/ml-engine:1.2.0@${digest("b")}`,
    );
    expect(imageReference(config.platform, "chatdb/api-gateway")).to.equal(
      "registry.example.com/platform/chatdb/api-gateway:1.2.0",
    );
  });

  it("use the tag of their sources when built on this machine", async () => {
    expect(imageReference((await configuration()).platform, "chatdb/api-gateway")).to.equal(
      `localhost/platform/chatdb/api-gateway:${sourceTag("chatdb/api-gateway")}`,
    );
  });

  it("require well-formed digests of known images under a pushed tag", async () => {
    expect(await issues({ ...pushed, "platform:imageDigests": { "chatdb/ml-engine": "sha256:abc" } })).to.deep.equal({
      "platform:imageDigests.chatdb/ml-engine": "must be sha256: and 64 hexadecimal digits",
    });
    expect(await issues({ "platform:imageDigests": { "ml-motor": digest("b") } })).to.deep.equal({
      "platform:imageDigests.ml-motor": `is no image of this project: those are ${imageNames().join(", ")}`,
      "platform:imageDigests":
        'are those of pushed images: imageTag has to be the tag they were pushed with, not "source"',
    });
  });

  it("are referenced by digest in every workload", async () => {
    const settings = { ...pushed, "platform:imageDigests": allDigests };
    const rendered = images(manifests(await recordStack("prod", { settings }), { form: "clear" }).flat());
    expect(rendered).to.include(`registry.example.com/platform/provisioner:1.2.0@${digest("a")}`);
    expect(rendered.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image))).to.deep.equal([]);
  });
});

describe("third-party images", () => {
  it("accept a well-formed digest", async () => {
    const image = `docker.io/library/postgres:18.6@${digest("c")}`;
    expect((await configuration({ "chatdb:postgres.image": image })).postgres.image).to.equal(image);
    expect(
      await issues({ "chatdb:postgres.image": "docker.io/library/postgres:18.6@sha256:abc", "chatdb:kafka.image": "" }),
    ).to.have.all.keys("chatdb:postgres.image", "chatdb:kafka.image");
  });
});

describe("requireDigests", () => {
  const settings = { "platform:requireDigests": true, ...pushed, "platform:imageDigests": allDigests };

  it("accepts a stack whose images all have digests, and any stack when off", async () => {
    const config = await configuration(settings, "prod");
    await run(() => guardDigests(config.platform, others(config)));
    const floating = await configuration({ "platform:requireDigests": false }, "prod");
    await run(() => guardDigests(floating.platform, others(floating)));
  });

  it("refuses to deploy own images without a digest, and names the command that adds it", async () => {
    const config = await configuration(
      {
        ...settings,
        "platform:imageDigests": { ...allDigests, "chatdb/api-gateway": undefined, provisioner: undefined },
      },
      "prod",
    );
    const error = await failure(() => guardDigests(config.platform, others(config)), { stack: "prod" });
    expect(pulumi.RunError.isInstance(error)).to.be.true;
    expect(error.message).to.equal(
      "stack prod deploys images by their digest alone (requireDigests), and some have none.\n" +
        "Push chatdb/api-gateway, provisioner, which writes the digests into Pulumi.prod.yaml:\n" +
        "  npm run images -- --push registry.example.com/platform --tag 1.2.0 --stack prod",
    );
  });

  it("refuses to deploy third-party images without a digest, and names their settings", async () => {
    const config = await configuration({ ...settings, "chatdb:kafka.image": "docker.io/apache/kafka:4.1.2" }, "prod");
    const error = await failure(() => guardDigests(config.platform, others(config)), { stack: "prod" });
    expect(error.message).to.include("Append @sha256:... to the settings chatdb:kafka.image.").and.not.include("Push");
  });

  it("only warns in a preview, since images may not be pushed yet", async () => {
    const config = await configuration({ ...settings, "platform:imageDigests": {} }, "prod");
    const { warn } = console;
    const warnings: unknown[] = [];
    console.warn = (...text: unknown[]) => warnings.push(...text);
    try {
      await run(() => guardDigests(config.platform, others(config)), { preview: true, stack: "prod" });
    } finally {
      console.warn = warn;
    }
    expect(warnings.join("\n")).to.include(
      "npm run images -- --push registry.example.com/platform --tag 1.2.0 --stack prod",
    );
  });

  it("is on in prod, where every third-party image has a digest", async () => {
    const config = await configuration({}, "prod");
    expect(config.platform.requireDigests).to.be.true;
    for (const [name, image] of Object.entries(others(config))) expect(image, name).to.match(/@sha256:[0-9a-f]{64}$/);
  });
});
