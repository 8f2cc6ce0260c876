import { expect } from "chai";
import { project, stackNames } from "../../config/project.ts";
import { describeSettings } from "../../config/describe-settings.ts";
import { platformSettings } from "../../config/platform.ts";
import { readSettings } from "../../config/read-settings.ts";
import { systems } from "../../systems/index.ts";
import { configuration } from "../support/configuration.ts";

describe("Pulumi.yaml", () => {
  const declared = project().config;

  it("declares the shared settings that the schema checks, and no others", () => {
    expect(Object.keys(declared).sort()).to.deep.equal(Object.keys(platformSettings.schema.shape).sort());
  });

  it("describes each setting in a sentence", () => {
    for (const [name, { description }] of Object.entries(declared))
      expect(description, name).to.match(/^[A-Z].{10,}\.$/s);
  });

  it("gives each shared setting a default that the schema accepts", () => {
    const defaults = Object.fromEntries(Object.entries(declared).map(([name, { default: value }]) => [name, value]));
    expect(platformSettings.schema.safeParse(defaults).error).to.equal(undefined);
  });
});

describe("settings of a system", () => {
  for (const [name, load] of Object.entries(systems)) {
    it(`are each described in a sentence: ${name}`, async () => {
      const { declaration } = await load();
      for (const { path, meaning } of describeSettings(declaration.schema))
        expect(meaning, path).to.match(/^[`A-Z].{4,}\.$/s);
    });

    it(`have defaults that the program can run with: ${name}`, async () => {
      const { declaration } = await load();
      expect(readSettings(declaration, { config: {}, secretKeys: [] }).issues).to.deep.equal([]);
    });
  }
});

describe("stacks", () => {
  it("are dev and prod", () => expect(stackNames().sort()).to.deep.equal(["dev", "prod"]));
  for (const stack of stackNames()) it(`${stack} is valid`, () => configuration({}, stack));
});
