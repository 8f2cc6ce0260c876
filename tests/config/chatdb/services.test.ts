import { expect } from "chai";
import fc from "fast-check";
import {
  serviceNames,
  serviceSettings,
  specifiedSizes,
  type ServiceOverrides,
} from "../../../config/chatdb/services.ts";
import { configuration } from "../../support/configuration.ts";

/** The paths of all leaf settings of a service, and a value that none of them has. */
const leaves = Object.entries(specifiedSizes["ml-engine"]).flatMap(([group, values]) =>
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
  it("default to the specification", () => {
    for (const name of serviceNames) {
      expect(serviceSettings({}, name)).to.deep.equal(specifiedSizes[name]);
      expect(serviceSettings({ defaults: {}, [name]: {} }, name)).to.deep.equal(specifiedSizes[name]);
    }
  });

  it("change only where an override sets them", () => {
    fc.assert(
      fc.property(fc.constantFrom(...serviceNames), fc.constantFrom(...leaves), (name, [group, leaf]) => {
        const override = { [group]: { [leaf]: other } } as ServiceOverrides;
        expect(flat(serviceSettings({ [name]: override }, name))).to.deep.equal({
          ...flat(specifiedSizes[name]),
          [`${group}.${leaf}`]: other,
        });
      }),
    );
  });

  it("prefer the service's own settings over the defaults for each leaf", () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...leaves), fc.integer()));
    const asOverride = (pairs: [readonly [string, string], number][]) =>
      pairs.reduce<Record<string, Record<string, number>>>(
        (all, [[group, leaf], value]) => ({ ...all, [group]: { ...all[group], [leaf]: value } }),
        {},
      ) as ServiceOverrides;
    fc.assert(
      fc.property(fc.constantFrom(...serviceNames), changes, changes, (name, defaults, own) => {
        const expected = [...defaults, ...own].map(([[group, leaf], value]) => [`${group}.${leaf}`, value]);
        const settings = { defaults: asOverride(defaults), [name]: asOverride(own) };
        expect(flat(serviceSettings(settings, name))).to.deep.equal({
          ...flat(specifiedSizes[name]),
          ...Object.fromEntries(expected),
        });
      }),
    );
  });

  it("apply services.defaults, then the service's own settings", async () => {
    const { services } = await configuration({
      "chatdb:services": {
        defaults: { scaling: { min: 2, max: 9 }, limits: { memory: "2Gi" } },
        "ml-engine": { scaling: { max: 4 } },
      },
    });
    expect(serviceSettings(services, "ml-engine").scaling).to.deep.equal({
      ...specifiedSizes["ml-engine"].scaling,
      min: 2,
      max: 4,
    });
    expect(serviceSettings(services, "ml-engine").limits).to.deep.equal({
      ...specifiedSizes["ml-engine"].limits,
      memory: "2Gi",
    });
    expect(serviceSettings(services, "query-parser").scaling).to.deep.equal({
      ...specifiedSizes["query-parser"].scaling,
      min: 2,
      max: 9,
    });
  });
});
