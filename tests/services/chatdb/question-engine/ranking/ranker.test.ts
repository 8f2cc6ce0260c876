import { defaultRanker } from "../../../../../services/chatdb/question-engine/ranking/default-ranker.ts";
import type { Evidence } from "../../../../../services/chatdb/question-engine/ranking/ranker.ts";
import { featureNames } from "../../../../../services/chatdb/question-engine/ranking/features.ts";
import { Ranker } from "../../../../../services/chatdb/question-engine/ranking/ranker.ts";
import { understand } from "@chatdb/question-engine/understand.ts";
import { expect } from "chai";
import fc from "fast-check";
import { books, titles } from "./books.ts";

const evidence = (values: Record<string, number> = {}): Evidence => ({
  plan: titles,
  unread: [],
  features: featureNames.map((name) => values[name] ?? 0),
});

describe("the ranker", () => {
  it("is more confident about a plain question than about an ambiguous one", () => {
    const [plain] = understand("titles of the books", books);
    const [vague] = understand("books weather with authors and things of country", books);
    expect(plain!.confidence).to.be.above(0.7);
    expect(vague!.confidence).to.be.below(plain!.confidence);
  });

  it("prefers the less far-fetched reading", () => {
    const [first, second] = defaultRanker.rank([
      evidence({ reading: 3, readingAboveLeast: 3, cost: 3, costAboveLeast: 3 }),
      evidence({ readingBelowMost: 3, costBelowMost: 3 }),
    ]);
    expect(first!.features[featureNames.indexOf("reading")]).to.equal(0);
    expect(first!.confidence).to.be.above(second!.confidence);
  });

  it("returns confidences from 0 to 1 in descending order", () => {
    const values = fc.record(
      Object.fromEntries(featureNames.map((name) => [name, fc.double({ min: -2, max: 6, noNaN: true })])),
    );
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 8 }), (all) => {
        const ranked = defaultRanker.rank(all.map(evidence));
        expect(ranked).to.have.length(all.length);
        ranked.forEach(({ confidence }, place) =>
          expect(confidence).to.be.within(0, ranked[place - 1]?.confidence ?? 1),
        );
      }),
    );
  });

  it("gives a low confidence to a plan that loses a word", () => {
    const sure = new Ranker({ preference: {}, sureness: { intercept: 5 } });
    expect(sure.rank([evidence()])[0]!.confidence).to.be.above(0.99);
    expect(sure.rank([evidence({ lost: 1 })])[0]!.confidence).to.be.at.most(0.5);
  });

  it("adds the scores of its trees to those of its weights", () => {
    const ranker = new Ranker({
      forest: { features: ["joins"], intercept: 1, trees: [[0, 0.5, 2, -2]] },
      preference: { tables: 0.5 },
      sureness: { score: 1 },
    });
    expect([evidence(), evidence({ joins: 1, tables: 2 })].map((each) => ranker.prefer(each))).to.deep.equal([3, 0]);
    expect(ranker.rank([evidence({ joins: 1, tables: 2 })])[0]!.confidence).to.equal(0.5);
  });

  it("reports features that its weights lack", () => {
    expect(() => new Ranker({ preference: { colour: 1 }, sureness: { score: 1 } })).to.throw(
      "features that it does not know: colour",
    );
  });
});
