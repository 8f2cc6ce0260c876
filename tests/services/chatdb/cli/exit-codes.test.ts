import { exitCodeOf } from "@chatdb/cli/exit-codes.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { expect } from "chai";

describe("chatdb: exit codes", () => {
  it("follow the type of a problem, not its words", () => {
    const codeOf = (type: ConstructorParameters<typeof Problem>[0]) => exitCodeOf(new Problem(type, "any words"));
    expect(codeOf(chatdbProblems.clarificationNeeded)).to.equal(3);
    expect(codeOf(chatdbProblems.questionNotUnderstood)).to.equal(4);
    expect(codeOf(chatdbProblems.queryNotReadOnly)).to.equal(4);
    expect(codeOf(chatdbProblems.queryTimeout), "a query that is too slow stays so").to.equal(4);
    expect(codeOf(chatdbProblems.dataSourceUnavailable)).to.equal(5);
    expect(codeOf(platformProblems.rateLimited)).to.equal(5);
    expect(codeOf(platformProblems.unauthenticated)).to.equal(1);
    expect(codeOf(chatdbProblems.modelNotFound)).to.equal(1);
  });

  it("separate wrong usage from failures", () => {
    expect(exitCodeOf(new UsageError("no such option"))).to.equal(2);
    expect(exitCodeOf(new Error("broken"))).to.equal(1);
  });
});
