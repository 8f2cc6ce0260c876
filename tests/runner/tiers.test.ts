import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
/** What starts a server, a browser, an image builder or a program that is killed. */
const starters = /from "[^"]*support\/(mariadb|mongodb|kafka|browser|builder|embedded-process|engine-process)\.ts"/;
const startsPostgresql = /\b(startPostgresql|tryPostgresql|startServer)\b/;

describe("tiers of the tests", () => {
  it("have what starts servers or programs in files *.servers.test.ts", () => {
    const unit = globSync("tests/**/*.test.ts", { cwd: root }).filter(
      (file) =>
        !file.startsWith("tests/cluster/") && !file.endsWith(".servers.test.ts") && !file.endsWith("tiers.test.ts"),
    );
    expect(unit).to.not.be.empty;
    const text = (file: string) => readFileSync(join(root, file), "utf8");
    expect(unit.filter((file) => starters.test(text(file)) || startsPostgresql.test(text(file)))).to.deep.equal([]);
  });
});
