import { correctSpelling, editDistance } from "../../../../services/chatdb/question-engine/language/spelling.ts";
import { expect } from "chai";
import fc from "fast-check";

describe("spelling", () => {
  const vocabulary = ["customers", "country", "orders", "maximum", "minimum", "stock"];

  for (const [word, meant] of [
    ["custmers", "customers"],
    ["contry", "country"],
    ["ordres", "orders"],
    ["mininum", "minimum"],
    ["maximmum", "maximum"],
  ] as const) {
    it(`takes ${word} for ${meant}`, () => expect(correctSpelling(word, vocabulary)).to.equal(meant));
  }

  for (const word of ["sale", "weather", "stick-in", "cat", "o"]) {
    it(`leaves ${word} as it is`, () => expect(correctSpelling(word, vocabulary)).to.equal(undefined));
  }

  it("does not choose between two words that are as close", () => {
    expect(correctSpelling("ratter", ["matter", "batter", "rattel", "ratted"])).to.equal(undefined);
  });

  it("counts slips: none between equal words, at most the length of the longer one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b, 20);
        expect(distance).to.equal(editDistance(b, a, 20));
        expect(distance === 0).to.equal(a === b);
        expect(distance).to.be.at.most(Math.max(a.length, b.length));
      }),
    );
  });

  it("stops where it is more than what is asked for", () =>
    expect(editDistance("customers", "warehouse", 2)).to.equal(3));
});
