import { expect } from "chai";
import fc from "fast-check";
import { dnsLabel, joinedLabel, requireDnsLabel } from "../../../components/workload/dns-label.ts";

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Any text, and similar texts: few letters, and characters that become the same in a label. */
const names = fc.oneof(
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.string({ unit: fc.constantFrom("a", "A", "_", "-", ".", " "), maxLength: 70 }),
);
const labels = fc.stringMatching(label);

describe("dnsLabel", () => {
  const cases: Record<string, RegExp> = {
    postgres: /^postgres$/,
    java_db: /^java-db-[0-9a-f]{10}$/,
    "Java.DB": /^java-db-[0-9a-f]{10}$/,
    _: /^[0-9a-f]{10}$/,
    "": /^[0-9a-f]{10}$/,
    "-a-": /^a-[0-9a-f]{10}$/,
    [`a${"b".repeat(62)}`]: /^ab{62}$/,
    [`a${"b".repeat(63)}`]: /^ab{51}-[0-9a-f]{10}$/,
  };
  for (const [name, expected] of Object.entries(cases))
    it(`makes a label of "${name}"`, () => expect(dnsLabel(name)).to.match(expected));

  it("makes the same valid label of the same name", () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 20, max: 63 }), (name, max) => {
        expect(dnsLabel(name, max)).to.match(label).and.equal(dnsLabel(name, max));
        expect(dnsLabel(name, max)).to.have.length.at.most(max);
      }),
    );
  });

  it("makes different labels of different names", () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(one !== other);
        expect(dnsLabel(one)).to.not.equal(dnsLabel(other));
      }),
    );
  });

  it("leaves a valid label unchanged", () => {
    fc.assert(fc.property(labels, (name) => void expect(dnsLabel(name)).to.equal(name)));
  });
});

describe("joinedLabel", () => {
  const parts = fc.array(fc.oneof(names, labels, fc.constantFrom("a", "b", "a--b", "a-b")), {
    minLength: 1,
    maxLength: 4,
  });

  it("joins labels with two dashes", () => {
    expect(joinedLabel(["apps", "web-page", "8080"])).to.equal("apps--web-page--8080");
  });

  it("makes a valid label of any names", () => {
    fc.assert(fc.property(parts, (all) => void expect(joinedLabel(all)).to.match(label)));
  });

  it("makes different labels of different lists, even when only the division into names differs", () => {
    expect(joinedLabel(["a--b"])).to.not.equal(joinedLabel(["a", "b"]));
    fc.assert(
      fc.property(parts, parts, (some, others) => {
        fc.pre(JSON.stringify(some) !== JSON.stringify(others));
        expect(joinedLabel(some)).to.not.equal(joinedLabel(others));
      }),
    );
  });
});

describe("requireDnsLabel", () => {
  it("refuses a name that cannot be part of an address, and explains the valid form", () => {
    expect(() => requireDnsLabel("Microservice", "web_page")).to.throw(
      /^Microservice web_page: its name is part of its address; use a-z, 0-9 and -,.* at most 63 characters\.$/,
    );
    expect(() => requireDnsLabel("Microservice", "web-page")).to.not.throw();
    expect(() => requireDnsLabel("StatefulService", "a".repeat(53), 52)).to.throw("at most 52 characters");
  });
});
