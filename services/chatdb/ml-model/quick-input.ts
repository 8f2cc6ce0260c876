import type { FeatureConstraint, FeatureValues } from "./feature.ts";

/**
 * Creates a fast check that accepts complete input that `inputSchema` would accept without conversion. It returns
 * undefined for all other input, valid or not; then the schema decides.
 */
export function createQuickInput(
  features: readonly FeatureConstraint[],
): (given: unknown) => FeatureValues | undefined {
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

function fitOf(feature: FeatureConstraint): (value: unknown) => boolean {
  if (feature.kind === "number") return feature.whole ? Number.isSafeInteger : Number.isFinite;
  if (feature.kind === "text" || feature.open) return (value) => typeof value === "string";
  const known = new Set<unknown>(feature.categories);
  return (value) => typeof value === "string" && known.has(value);
}
