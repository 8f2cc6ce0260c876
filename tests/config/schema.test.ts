import { expect } from "chai";
import { project, stackNames } from "../../config/project.ts";
import { platformSettings } from "../../config/platform.ts";
import { configuration } from "../support/configuration.ts";

describe("Pulumi.yaml", () => {
  const declared = project().config;
  const own = Object.fromEntries(Object.entries(declared).filter(([name]) => !name.includes(":")));

  it("declares the shared settings that the schema checks, and no others", () => {
    expect(Object.keys(own).sort()).to.deep.equal(Object.keys(platformSettings.shape).sort());
  });

  it("describes each setting in a sentence", () => {
    for (const [name, { description }] of Object.entries(declared))
      expect(description, name).to.match(/^[A-Z].{10,}\.$/s);
  });

  it("gives each shared setting a default that the schema takes", () => {
    const defaults = Object.fromEntries(Object.entries(own).map(([name, { default: value }]) => [name, value]));
    expect(platformSettings.safeParse(defaults).error).to.equal(undefined);
  });
});

describe("stacks", () => {
  it("are dev and prod", () => expect(stackNames().sort()).to.deep.equal(["dev", "prod"]));
  for (const stack of stackNames()) it(`${stack} is valid`, () => configuration({}, stack));
});
