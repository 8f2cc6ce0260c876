import { expect } from "chai";
import { deadLetter, deadLetterOf } from "@platform/kit/dead-letters.ts";

describe("a dead letter", () => {
  it("says where a message is from, with its value as it was", () => {
    const at = "2026-11-21T22:00:00.000Z";
    expect(deadLetterOf({ topic: "training-jobs", key: "k", value: { a: 1 } }, "Not a training job", at)).to.deep.equal(
      { from: "training-jobs", key: "k", reason: "Not a training job", value: { a: 1 }, at },
    );
  });

  it("fits into a message, whatever it is about", () => {
    const most = 1_000_000;
    for (const long of ["\0".repeat(most), "\ud83d\ude00".repeat(most), '"'.repeat(most)]) {
      for (const value of [long, { long }]) {
        const letter = deadLetterOf({ topic: "training-jobs", key: long, value }, long);
        expect(deadLetter.parse(letter).value).to.be.a("string");
        expect(Buffer.byteLength(JSON.stringify(letter))).to.be.below(2 ** 20);
      }
    }
  });
});
