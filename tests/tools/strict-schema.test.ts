import { expect } from "chai";
import { reachable, strictSchema } from "../../tools/strict-schema.ts";

const text = { type: "string" };

describe("strict schema", () => {
  it("closes objects to fields that are not declared, at every depth", () => {
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

  it("leaves open what is declared so", () => {
    for (const open of [
      { type: "object" },
      { type: "object", additionalProperties: text },
      { type: "object", properties: { a: text }, additionalProperties: true },
      { type: "object", properties: { a: text }, "x-kubernetes-preserve-unknown-fields": true },
    ]) {
      expect(strictSchema(open)).to.deep.equal(open);
    }
  });

  it("takes numbers and null where Kubernetes does", () => {
    expect(strictSchema({ type: "string", format: "int-or-string" })).to.deep.equal({ type: ["integer", "string"] });
    expect(strictSchema({ anyOf: [], "x-kubernetes-int-or-string": true })).to.deep.equal({
      type: ["integer", "string"],
    });
    expect(strictSchema({ type: "string", nullable: true })).to.deep.equal({ type: ["string", "null"] });
  });

  it("brings along the definitions that it refers to, in circles too", () => {
    const to = (name: string) => ({ $ref: `#/definitions/${name}` });
    const definitions = { tree: { properties: { child: to("tree"), leaf: to("leaf") } }, leaf: text, other: text };
    expect(reachable(to("tree"), definitions)).to.deep.equal({
      tree: { ...definitions.tree, additionalProperties: false },
      leaf: text,
    });
    expect(() => reachable(to("root"), definitions)).to.throw("refers to root, which is not defined");
  });
});
