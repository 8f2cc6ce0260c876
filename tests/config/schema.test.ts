import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { project, stackNames } from "../../config/project.ts";
import { secretNames, settings } from "../../config/schema.ts";
import { configuration } from "../support/configuration.ts";

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

describe("Pulumi.yaml", () => {
  const declared = project().config;

  it("declares the settings that the schema checks, and no others", () => {
    expect(Object.keys(declared).sort()).to.deep.equal(Object.keys(settings.shape).sort());
  });

  it("says what each setting is, in a sentence", () => {
    for (const [name, { description }] of Object.entries(declared))
      expect(description, name).to.match(/^[A-Z].{10,}\.$/s);
  });

  it("gives each a default of its type that the schema takes", () => {
    for (const [name, { type, default: value }] of Object.entries(declared)) {
      expect(types[type]!(value), `${name} is ${type}`).to.be.true;
      expect(settings.shape[name as keyof typeof settings.shape].safeParse(value).error, name).to.equal(undefined);
    }
  });

  it("leaves no default that the program could not be run with", () => {
    const defaults = Object.fromEntries(Object.entries(declared).map(([name, { default: value }]) => [name, value]));
    expect(settings.safeParse(defaults).error).to.equal(undefined);
  });

  it("declares no secret: a default of one would be no secret", () => {
    expect(Object.keys(declared)).to.not.include.members([...secretNames]);
  });
});

describe("stacks", () => {
  it("are dev and prod", () => expect(stackNames().sort()).to.deep.equal(["dev", "prod"]));

  for (const stack of stackNames()) {
    it(`${stack} is valid`, () => configuration({}, stack));

    it(`${stack} sets nothing that is not declared`, () => {
      const { config } = parse(readFileSync(join(import.meta.dirname, `../../Pulumi.${stack}.yaml`), "utf8")) as {
        config: Record<string, unknown>;
      };
      const known = [...Object.keys(settings.shape), ...secretNames].map((name) => `chatdb:${name}`);
      expect(known).to.include.members(Object.keys(config));
    });
  }
});
