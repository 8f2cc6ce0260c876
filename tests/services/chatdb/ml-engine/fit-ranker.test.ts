import { fitRanker } from "@chatdb/ml-engine/ranker/fit-ranker.ts";
import type { Labelled } from "@chatdb/ml-engine/ranker/labelled.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import type { Evidence } from "../../../../services/chatdb/question-engine/ranking/ranker.ts";
import { featureNames } from "../../../../services/chatdb/question-engine/ranking/features.ts";
import { Ranker, type RankerWeights } from "../../../../services/chatdb/question-engine/ranking/ranker.ts";
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
const evidence = (reading: number): Evidence => ({
  plan,
  unread: [],
  features: featureNames.map((name) => (name === "reading" ? reading : 0)),
});
const [near, far] = [evidence(0.2), evidence(1.5)];

const asked = (right: Evidence, schema?: string): Labelled => ({
  ...(schema && { schema }),
  plans: [near, far].map((each) => ({ evidence: each, right: each === right })),
});
const times = (count: number, question: Labelled, schemas = 10) =>
  Array.from({ length: count }, (_, place): Labelled => ({ ...question, schema: `schema ${place % schemas}` }));
const preferred = (weights: RankerWeights) => new Ranker(weights).rank([near, far])[0]!;

describe("the fit of the ranker", () => {
  const prior = fitRanker([...times(180, asked(near)), ...times(20, asked(far))]);

  it("prefers what was right, and is as sure of it as it was right", () => {
    const { features, confidence } = preferred(fitRanker([...times(160, asked(far)), ...times(40, asked(near))]));
    expect(features).to.equal(far.features);
    expect(confidence).to.be.closeTo(0.8, 0.05);
  });

  it("is only as sure as it is right on schemas that it has not seen", () => {
    const schemas = Array.from({ length: 10 }, (_, place) =>
      times(20, asked(place % 2 === 0 ? near : far)).map((question) => ({ ...question, schema: `${place}` })),
    ).flat();
    expect(preferred(fitRanker(schemas)).confidence).to.be.below(0.65);
  });

  it("gives the same weights for the same questions", () => {
    expect(fitRanker([...times(180, asked(near)), ...times(20, asked(far))])).to.deep.equal(prior);
  });

  it("counts a question as often as its weight says", () => {
    const { features } = preferred(fitRanker([...times(60, { ...asked(far), weight: 5 }), ...times(140, asked(near))]));
    expect(features).to.equal(far.features);
  });

  it("stays where the prior is without questions", () => {
    expect(fitRanker([], prior)).to.deep.equal(prior);
  });

  it("is moved little from the prior by few questions, and far by many", () => {
    const { confidence } = preferred(fitRanker([asked(far)], prior));
    expect(confidence).to.be.within(preferred(prior).confidence - 0.05, preferred(prior).confidence);
    expect(preferred(fitRanker(times(1000, asked(far)), prior)).features).to.equal(far.features);
  });

  it("takes questions without any plan, or without a right one", () => {
    const none: Labelled = { plans: [{ evidence: near, right: false }] };
    expect(new Ranker(fitRanker([{ plans: [] }, ...times(100, none)])).rank([near])[0]!.confidence).to.be.below(0.2);
  });
});
