import { expect } from "chai";
import { PostgresDatabase } from "../../../bench/nlq/postgres-database.ts";
import { readShopSet } from "../../../bench/nlq/shop-set.ts";

describe("questions about the sample shop", function () {
  this.timeout(180_000);
  const questions = readShopSet();

  it("number at least 300 without duplicates, two of five held out", () => {
    expect(questions).to.have.lengthOf.above(300);
    const asked = questions.map(({ question, before }) => `${before ?? ""} >> ${question}`.toLowerCase());
    expect(asked.filter((text, index) => asked.indexOf(text) !== index)).to.deep.equal([]);
    expect(questions.filter(({ heldOut }) => heldOut).length / questions.length).to.be.within(0.35, 0.45);
  });

  it("have non-empty answers that do not depend on the order of stored rows", async () => {
    const postgres = await PostgresDatabase.start();
    await postgres.fillShop();
    const poor: string[] = [];
    for (const gold of new Set(questions.map((question) => question.gold))) {
      const { blocks, cutsTie } = await postgres.gold(gold);
      const rows = blocks.flat();
      const nothing = rows.length === 0 || rows.every((row) => row.every((value) => value === null || value === 0));
      if (nothing || cutsTie) poor.push(gold);
    }
    await postgres.close();
    expect(poor).to.deep.equal([]);
  });
});
