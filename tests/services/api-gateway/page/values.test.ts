import { csvOf, jsonOf } from "@chatdb/api-gateway/page/export.ts";
import { isNumeric, numberOf, shown } from "@chatdb/api-gateway/page/values.ts";
import { expect } from "chai";

describe("the page: values", () => {
  it("knows the numbers of each kind of database", () => {
    for (const type of ["integer", "bigint", "numeric(10,2)", "double precision", "int unsigned", "tinyint", "decimal(8,2)", "long", "int", "decimal", "money"]) expect(isNumeric({ type }), type).to.equal(true);
    for (const type of ["text", "interval", "timestamp with time zone", "point", "objectId", "string", "boolean", "int4range"]) expect(isNumeric({ type }), type).to.equal(type === "int4range");
  });

  it("shows times without what says nothing, and averages with few digits", () => {
    expect(shown("2024-05-01T00:00:00.000Z")).to.equal("2024-05-01");
    expect(shown("2024-05-01T12:30:05.120Z")).to.equal("2024-05-01 12:30:05");
    expect(shown("254.8437500000000000")).to.equal("254.8438");
    expect(shown("19.90")).to.equal("19.90");
    expect(shown("123456789012345678901.123456789")).to.equal("123456789012345678901.123456789");
    expect(shown({ a: [1] })).to.equal('{"a":[1]}');
  });

  it("draws no text and no null as a number", () => {
    expect([numberOf("7.5"), numberOf(0), numberOf(""), numberOf(null), numberOf("x"), numberOf("Infinity"), numberOf(true)]).to.deep.equal([7.5, 0, undefined, undefined, undefined, undefined, undefined]);
  });

  const columns = [{ name: "name", type: "text" }, { name: "name", type: "text" }, { name: "tags", type: "json" }];

  it("are saved as CSV of RFC 4180", () => {
    expect(csvOf(columns, [['a "b"', "c,d", ["x"]], [null, " e", 5], ["line\nbreak", "", null]])).to.equal(
      'name,name,tags\r\n"a ""b""","c,d","[""x""]"\r\n," e",5\r\n"line\nbreak",,\r\n',
    );
  });

  it("are saved as JSON that loses no column of the same name", () => {
    expect(JSON.parse(jsonOf(columns, [["a", "b", ["x"]], [null, "c", null]]))).to.deep.equal([{ name: "a", name_2: "b", tags: ["x"] }, { name: null, name_2: "c", tags: null }]);
  });
});
