import { isNumeric, numberOf, shown } from "@chatdb/contracts/values.ts";
import { expect } from "chai";

describe("values formatted for people", () => {
  it("recognises the numeric types of each kind of database", () => {
    for (const type of [
      "integer",
      "bigint",
      "numeric(10,2)",
      "double precision",
      "int unsigned",
      "tinyint",
      "decimal(8,2)",
      "long",
      "int",
      "decimal",
      "money",
    ])
      expect(isNumeric({ type }), type).to.equal(true);
    for (const type of [
      "text",
      "interval",
      "timestamp with time zone",
      "point",
      "objectId",
      "string",
      "boolean",
      "int4range",
    ])
      expect(isNumeric({ type }), type).to.equal(type === "int4range");
  });

  it("shortens times and averages", () => {
    expect(shown("2024-05-01T00:00:00.000Z")).to.equal("2024-05-01");
    expect(shown("2024-05-01T12:30:05.120Z")).to.equal("2024-05-01 12:30:05");
    expect(shown("254.8437500000000000")).to.equal("254.8438");
    expect(shown("19.90")).to.equal("19.90");
    expect(shown("123456789012345678901.123456789")).to.equal("123456789012345678901.123456789");
    expect(shown({ a: [1] })).to.equal('{"a":[1]}');
  });

  it("converts no text and no null to a number", () => {
    expect([
      numberOf("7.5"),
      numberOf(0),
      numberOf(""),
      numberOf(null),
      numberOf("x"),
      numberOf("Infinity"),
      numberOf(true),
    ]).to.deep.equal([7.5, 0, undefined, undefined, undefined, undefined, undefined]);
  });
});
