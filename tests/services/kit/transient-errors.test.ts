import { isTransient, isUnavailable } from "@platform/kit/transient-errors.ts";
import { Problem } from "@platform/kit/problem.ts";
import { platformProblems } from "@platform/kit/problem-types.ts";
import { expect } from "chai";

describe("transient errors", () => {
  const coded = (code: string) => Object.assign(new Error(code), { code });

  it("include network failures, a PostgreSQL that starts or is full, and an unreachable Kafka", () => {
    for (const code of ["ECONNREFUSED", "ENOTFOUND", "UND_ERR_SOCKET", "08006", "53100", "57P03", "PLT_KFK_NETWORK"])
      expect(isUnavailable(coded(code)), code).to.equal(true);
    for (const code of ["EACCES", "42P01", "28P01", "PLT_KFK_AUTHENTICATION"])
      expect(isUnavailable(coded(code)), code).to.equal(false);
  });

  it("are found inside wrapping errors", () => {
    expect(isUnavailable(new Error("fetch failed", { cause: coded("ECONNRESET") }))).to.equal(true);
    expect(isUnavailable(new AggregateError([coded("EACCES"), coded("ETIMEDOUT")]))).to.equal(true);
    expect(isUnavailable(new DOMException("too late", "TimeoutError"))).to.equal(true);
    expect(isUnavailable("ECONNRESET")).to.equal(false);
  });

  it("include problems of servers and rate limits, not of requests", () => {
    expect(isTransient(new Problem(platformProblems.upstreamUnreachable, ""))).to.equal(true);
    expect(isTransient(new Problem(platformProblems.rateLimited, ""))).to.equal(true);
    expect(isTransient(new Problem(platformProblems.invalidRequest, ""))).to.equal(false);
    expect(isTransient(new Problem(platformProblems.invalidRequest, "", {}, { cause: coded("EPIPE") }))).to.equal(
      false,
    );
  });
});
