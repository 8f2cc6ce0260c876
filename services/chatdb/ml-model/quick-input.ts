import type { Asked, FeatureValues } from "./feature.ts";

/**
 * A check that accepts what `inputSchema` would accept as it is, in a small part of the time: what needs no change and lacks nothing
 * that is required. Of all else it says nothing (undefined), neither that it is wrong nor why: the schema knows.
 */
export function createQuickInput(features: readonly Asked[]): (given: unknown) => FeatureValues | undefined {
  const checks = features.map((feature) => ({ name: feature.name, required: feature.required, fits: fitOf(feature) }));
  return (given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
    const values = given as Record<string, unknown>;
    let present = 0;
    for (const { name, required, fits } of checks) {
      const value = values[name];
      if (value === undefined && !required) continue;
      if (!fits(value)) return undefined;
      present++;
    }
    return present === Object.keys(values).length ? (values as FeatureValues) : undefined;
  };
}

function fitOf(feature: Asked): (value: unknown) => boolean {
  if (feature.kind === "number") return feature.whole ? Number.isSafeInteger : Number.isFinite;
  if (feature.kind === "text" || feature.open) return (value) => typeof value === "string";
  const known = new Set<unknown>(feature.categories);
  return (value) => typeof value === "string" && known.has(value);
}
