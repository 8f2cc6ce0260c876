import { expect } from "chai";
import { reachable, strictSchema } from "../../tools/strict-schema.ts";

const text = { type: "string" };

describe("strict schema", () => {
  it("rejects undeclared fields at every depth", () => {
    const closed = { type: "object", properties: { a: text }, additionalProperties: false };
    expect(strictSchema({ type: "object", properties: { a: text } })).to.deep.equal(closed);
    expect(
      strictSchema({ properties: { b: { type: "array", items: { type: "object", properties: { a: text } } } } }),
    ).to.deep.equal({
      properties: { b: { type: "array", items: closed } },
      additionalProperties: false,
    });
    expect(strictSchema({ additionalProperties: { type: "object", properties: { a: text } } })).to.deep.equal({
      additionalProperties: closed,
    });
  });

  it("allows undeclared fields when the schema does", () => {
    for (const open of [
      { type: "object" },
      { type: "object", additionalProperties: text },
      { type: "object", properties: { a: text }, additionalProperties: true },
      { type: "object", properties: { a: text }, "x-kubernetes-preserve-unknown-fields": true },
    ]) {
      expect(strictSchema(open)).to.deep.equal(open);
    }
  });

  it("accepts numbers and null when Kubernetes does", () => {
    expect(strictSchema({ type: "string", format: "int-or-string" })).to.deep.equal({ type: ["integer", "string"] });
    expect(strictSchema({ anyOf: [], "x-kubernetes-int-or-string": true })).to.deep.equal({
      type: ["integer", "string"],
    });
    expect(strictSchema({ type: "string", nullable: true })).to.deep.equal({ type: ["string", "null"] });
  });

  it("includes the definitions that it refers to, also in cycles", () => {
    const to = (name: string) => ({ $ref: `#/definitions/${name}` });
    const definitions = { tree: { properties: { child: to("tree"), leaf: to("leaf") } }, leaf: text, other: text };
    expect(reachable(to("tree"), definitions)).to.deep.equal({
      tree: { ...definitions.tree, additionalProperties: false },
      leaf: text,
    });
    expect(() => reachable(to("root"), definitions)).to.throw("refers to root, which is not defined");
  });
});
