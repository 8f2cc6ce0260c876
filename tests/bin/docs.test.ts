import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedDocs } from "../../bin/docs.ts";

describe("generated documentation", () => {
  it("is up to date with `npm run docs`", async () => {
    for (const { file, text } of await generatedDocs()) {
      expect(readFileSync(join(import.meta.dirname, "../..", file), "utf8"), `${file}: run \`npm run docs\``).to.equal(
        text,
      );
    }
  });
});
