import { expect } from "chai";
import fc from "fast-check";
import { builtIn, serviceNames, serviceSettings, type ServiceOverrides } from "../../../config/chatdb/sizes.ts";
import { configuration } from "../../support/configuration.ts";

/** Paths of all single settings of a service, and a value that none of them has. */
const leaves = Object.entries(builtIn["ml-engine"]).flatMap(([group, values]) =>
  Object.keys(values as object).map((leaf) => [group, leaf] as const),
);
const other = "changed";

function flat(settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([group, values]) =>
      Object.entries(values as object).map(([leaf, value]) => [`${group}.${leaf}`, value]),
    ),
  );
}

describe("settings of a service", () => {
  it("are the specification's where nothing else is said", () => {
    for (const name of serviceNames) {
      expect(serviceSettings(name)).to.deep.equal(builtIn[name]);
      expect(serviceSettings(name, {}, {})).to.deep.equal(builtIn[name]);
    }
  });

  it("change in the one place that an override names", () => {
    fc.assert(
      fc.property(fc.constantFrom(...serviceNames), fc.constantFrom(...leaves), (name, [group, leaf]) => {
        const override = { [group]: { [leaf]: other } } as ServiceOverrides;
        expect(flat(serviceSettings(name, override))).to.deep.equal({
          ...flat(builtIn[name]),
          [`${group}.${leaf}`]: other,
        });
      }),
    );
  });

  it("follow the last override, leaf by leaf", () => {
    const leaf = fc.constantFrom(...leaves);
    const overrides = fc.array(fc.array(fc.tuple(leaf, fc.integer())), { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...serviceNames), overrides, (name, changes) => {
        const asOverride = (pairs: [readonly [string, string], number][]) =>
          pairs.reduce<Record<string, Record<string, number>>>(
            (all, [[group, leaf], value]) => ({ ...all, [group]: { ...all[group], [leaf]: value } }),
            {},
          ) as ServiceOverrides;
        const expected = Object.fromEntries(
          changes.flat().map(([[group, leaf], value]) => [`${group}.${leaf}`, value]),
        );
        expect(flat(serviceSettings(name, ...changes.map(asOverride)))).to.deep.equal({
          ...flat(builtIn[name]),
          ...expected,
        });
      }),
    );
  });

  it("come from serviceDefaults, then from services", async () => {
    const config = await configuration({
      serviceDefaults: { scaling: { min: 2, max: 9 }, limits: { memory: "2Gi" } },
      services: { "ml-engine": { scaling: { max: 4 } } },
    });
    expect(config.service("ml-engine").scaling).to.deep.equal({ ...builtIn["ml-engine"].scaling, min: 2, max: 4 });
    expect(config.service("ml-engine").limits).to.deep.equal({ ...builtIn["ml-engine"].limits, memory: "2Gi" });
    expect(config.service("query-parser").scaling).to.deep.equal({
      ...builtIn["query-parser"].scaling,
      min: 2,
      max: 9,
    });
  });
});
