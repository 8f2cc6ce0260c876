import type { QueryPlan } from "@chatdb/query-parser/plan/plan.ts";
import { defaultRanker } from "@chatdb/query-parser/ranking/default.ts";
import { featureNames, featuresOf, preferenceNames, type Evidence } from "@chatdb/query-parser/ranking/features.ts";
import { Ranker } from "@chatdb/query-parser/ranking/ranker.ts";
import weights from "@chatdb/query-parser/ranking/weights.json" with { type: "json" };
import { expect } from "chai";
import fc from "fast-check";

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
const evidence = (part: Partial<Evidence> = {}): Evidence => ({ plan, reading: 0, naming: 0, surprise: 0, unread: [], length: 4, ...part });
const costs = fc.double({ min: 0, max: 6, noNaN: true });

describe("the ranker", () => {
  it("has a weight for each feature, and no other", () => {
    expect(Object.keys(weights.preference)).to.have.members(preferenceNames);
    expect(Object.keys(weights.sureness).sort()).to.deep.equal([...featureNames, "lead", "intercept"].sort());
    expect(featuresOf(evidence())).to.have.length(featureNames.length);
  });

  it("prefers what is less far-fetched", () => {
    const [first, second] = defaultRanker.rank([evidence({ reading: 1.5 }), evidence()]);
    expect(first!.reading).to.equal(0);
    expect(first!.confidence).to.be.above(second!.confidence);
  });

  it("gives confidences from 0 to 1, in falling order", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ reading: costs, naming: costs, surprise: costs }), { minLength: 1, maxLength: 8 }), (all) => {
        const ranked = defaultRanker.rank(all.map(evidence));
        expect(ranked).to.have.length(all.length);
        ranked.forEach(({ confidence }, place) => expect(confidence).to.be.within(0, ranked[place - 1]?.confidence ?? 1));
      }),
    );
  });

  it("is not sure of a plan that passes over a word", () => {
    const [only] = defaultRanker.rank([evidence({ unread: ["weather"] })]);
    expect(only!.confidence).to.be.at.most(0.6);
  });

  it("takes other weights", () => {
    const contrary = new Ranker({ preference: { reading: 1 }, sureness: { intercept: 0 } });
    expect(contrary.rank([evidence(), evidence({ reading: 2 })]).map(({ reading, confidence }) => [reading, confidence])).to.deep.equal([[2, 0.5], [0, 0.5]]);
  });
});
