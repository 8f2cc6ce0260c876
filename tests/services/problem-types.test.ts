import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";

const services = join(import.meta.dirname, "../../services");
const catalogues = { platformProblems, chatdbProblems };

describe("problem types", () => {
  const types = Object.values(catalogues).flatMap((catalogue) => Object.values(catalogue));

  it("have names of their own", () => {
    const names = types.map(({ name }) => name);
    expect(names).to.deep.equal([...new Set(names)]);
  });

  it("have the name of their key, the status of an error, and sentences for people", () => {
    for (const catalogue of Object.values(catalogues)) {
      for (const [key, { name, status, title, meaning, remedy }] of Object.entries(catalogue)) {
        expect(name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())).to.equal(key);
        expect(status, name).to.be.within(400, 599);
        expect(title, name).to.match(/^[A-Z].*[^.]$/);
        for (const sentence of [meaning, remedy]) expect(sentence, name).to.match(/^[A-Z].*\.$/);
      }
    }
  });

  it("are each used by a service", () => {
    const sources = globSync("**/*.ts", { cwd: services, exclude: (path) => path.includes("node_modules") })
      .filter((path) => !path.endsWith("problem-types.ts"))
      .map((path) => readFileSync(join(services, path), "utf8"))
      .join("\n");
    const used = new Set(sources.match(/\b(platform|chatdb)Problems\.\w+/g));
    const declared = Object.entries(catalogues).flatMap(([catalogue, types]) =>
      Object.keys(types).map((key) => `${catalogue}.${key}`),
    );
    expect(declared.filter((type) => !used.has(type))).to.deep.equal([]);
  });
});
