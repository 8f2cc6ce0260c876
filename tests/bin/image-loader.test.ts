import { expect } from "chai";
import { loaderFor } from "../../bin/image-loader.ts";

describe("image loader", () => {
  it("explains how to use a registry when images cannot be loaded into the cluster", () => {
    expect(() => loaderFor("some-cloud", "")).to.throw(
      /context some-cloud[^]*npm run images -- --push REGISTRY --tag TAG/,
    );
    expect(() => loaderFor(undefined, "")).to.throw("no current context");
  });

  it("pipes the images to a command, and fails when the command fails", () => {
    const builder = undefined as never;
    expect(() => loaderFor(undefined, "test localhost/a =")(["localhost/a"], builder)).not.to.throw();
    expect(() => loaderFor(undefined, "test localhost/a =")(["localhost/b"], builder)).to.throw("exit code 1");
  });
});
