import { fitRanker, type Labelled } from "@chatdb/ml-engine/ranker/fit-ranker.ts";
import type { QueryPlan } from "@chatdb/query-parser/plan/plan.ts";
import weights from "@chatdb/query-parser/ranking/weights.json" with { type: "json" };
import type { Evidence } from "@chatdb/query-parser/ranking/features.ts";
import { Ranker } from "@chatdb/query-parser/ranking/ranker.ts";
import { expect } from "chai";

const plan: QueryPlan = {
  from: { as: "t", schema: "s", table: "t" },
  joins: [],
  select: [{ value: { kind: "column", source: "t", column: "c" }, as: "c" }],
  distinct: false,
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
};
const far: Evidence = { plan, reading: 1.5, naming: 0, surprise: 0, unread: [], length: 6 };
const near: Evidence = { ...far, reading: 0.2 };

const times = (count: number, question: Labelled) => Array.from({ length: count }, () => question);
const confidenceIn = (ranker: Ranker, best: Evidence) => ranker.rank([near, far]).find(({ reading }) => reading === best.reading)!.confidence;

describe("the fit of the ranker", () => {
  const farIsRight: Labelled = { plans: [{ evidence: near, right: false }, { evidence: far, right: true }] };
  const nearIsRight: Labelled = { plans: [{ evidence: near, right: true }, { evidence: far, right: false }] };

  it("prefers what was right, and is as sure of it as it was right", () => {
    const ranker = new Ranker(fitRanker([...times(80, farIsRight), ...times(20, nearIsRight)]));
    expect(ranker.rank([near, far])[0]!.reading).to.equal(far.reading);
    expect(confidenceIn(ranker, far)).to.be.closeTo(0.8, 0.05);
  });

  it("stays where the prior is without questions", () => {
    expect(fitRanker([], weights)).to.deep.equal(weights);
  });

  it("is moved little from the prior by few questions, and far by many", () => {
    const before = confidenceIn(new Ranker(weights), near);
    expect(confidenceIn(new Ranker(fitRanker([farIsRight], weights)), near)).to.be.within(before - 0.2, before);
    expect(new Ranker(fitRanker(times(200, farIsRight), weights)).rank([near, far])[0]!.reading).to.equal(far.reading);
  });

  it("takes questions without any plan, or without a right one", () => {
    const ranker = new Ranker(fitRanker([{ plans: [] }, ...times(50, { plans: [{ evidence: near, right: false }] })]));
    expect(ranker.rank([near])[0]!.confidence).to.be.below(0.2);
  });
});
