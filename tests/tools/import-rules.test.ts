import { expect } from "chai";
import { circlesOf, importGraph } from "../../tools/import-graph.ts";
import { brokenRule, importProblems } from "../../tools/import-rules.ts";

describe("import rules", () => {
  it("are kept by every module", () => {
    const graph = importGraph();
    expect(graph.size).to.be.greaterThan(500);
    expect(importProblems(graph)).to.deep.equal([]);
  });

  it("report a circle and a broken rule, each in a line", () => {
    const graph = new Map([
      ["config/a.ts", ["config/b.ts"]],
      ["config/b.ts", ["config/a.ts", "systems/index.ts"]],
    ]);
    expect(importProblems(graph)).to.deep.equal([
      "config/b.ts imports systems/index.ts: config imports only components",
      "modules import each other: config/a.ts -> config/b.ts -> config/a.ts",
    ]);
  });

  it("find the circle that a module leads to, not the way to it", () => {
    const circles = circlesOf(
      new Map([
        ["a", ["b"]],
        ["b", ["c"]],
        ["c", ["b"]],
      ]),
    );
    expect(circles).to.deep.equal([["b", "c", "b"]]);
  });

  it("name the rule that an import breaks", () => {
    const service = "services/chatdb/ml-engine/main.ts";
    expect(brokenRule(service, "services/chatdb/query-parser/service.ts")).to.match(/libraries/);
    expect(brokenRule("services/chatdb/cli/main.ts", "services/todo/backend/main.ts")).to.match(/each other/);
    expect(brokenRule("services/kit/run.ts", "services/chatdb/contracts/query.ts")).to.match(/no system/);
    expect(brokenRule("components/data/kafka.ts", "config/index.ts")).to.match(/no other folder/);
    expect(brokenRule("config/index.ts", "systems/index.ts")).to.match(/only components/);
    expect(brokenRule(service, "services/chatdb/question-engine/parse.ts")).to.equal(undefined);
  });
});
