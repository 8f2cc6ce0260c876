import { expect } from "chai";
import { trainingEvent } from "@chatdb/contracts/jobs.ts";

describe("training events", () => {
  const failed = {
    kind: "failed",
    job_id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    attempt: 2,
    at: "2026-11-21T22:00:00.000Z",
    error: "the registry is unavailable",
  };

  it("accept the former name of a transient failure, which the topic still keeps", () => {
    expect(trainingEvent.parse({ ...failed, transient: true })).to.deep.equal({ ...failed, transient: true });
    expect(trainingEvent.parse({ ...failed, passing: true })).to.deep.equal({ ...failed, transient: true });
    expect(trainingEvent.parse({ ...failed, passing: false })).to.deep.equal({ ...failed, transient: false });
  });

  it("prefer the current name if both are there, and default to permanent", () => {
    expect(trainingEvent.parse({ ...failed, transient: false, passing: true })).to.include({ transient: false });
    expect(trainingEvent.parse(failed)).to.deep.equal({ ...failed, transient: false });
  });
});
