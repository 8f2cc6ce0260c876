import { databaseSchema } from "@chatdb/contracts/query.ts";
import { expect } from "chai";
import { lineOf, quantile } from "../../bench/figures.ts";
import { questionsOn } from "../../bench/parser/questions.ts";
import { largeSchema } from "../../bench/parser/schema.ts";

describe("large schema", () => {
  const schema = databaseSchema.parse(largeSchema());

  it("has 50 tables, foreign keys and sampled values", () => {
    expect(schema.tables).to.have.lengthOf(50);
    const columns = schema.tables.flatMap(({ columns }) => columns);
    expect(columns.length).to.be.within(350, 600);
    expect(columns.flatMap(({ samples }) => samples ?? []).length).to.be.above(1000);
    const names = new Set(schema.tables.map(({ name }) => name));
    const keys = schema.tables.flatMap(({ foreignKeys }) => foreignKeys);
    expect(keys.length).to.be.above(40);
    expect(keys.filter(({ table }) => !names.has(table))).to.deep.equal([]);
  });

  it("has the same questions for the same seed", () => {
    expect(largeSchema()).to.deep.equal(schema);
    expect(questionsOn(schema, 100)).to.deep.equal(questionsOn(schema, 100));
    expect(questionsOn(schema, 100, 2)).not.to.deep.equal(questionsOn(schema, 100));
  });
});

describe("figures", () => {
  it("are formatted with their goal", () => {
    expect(lineOf({ what: "a", value: 1.234, digits: 1, unit: "ms", goal: { atMost: 2 } })).to.match(
      /^ {2}a +1\.2 ms +goal: at most 2, met$/,
    );
    expect(lineOf({ what: "a", value: 3, unit: "per s", goal: { atLeast: 4 } })).to.match(/goal: at least 4, missed$/);
  });

  it("are reduced to quantiles", () => {
    expect(quantile([3, 1, 2], 0.5)).to.equal(2);
    expect(quantile([3, 1, 2], 0.99)).to.equal(3);
  });
});
