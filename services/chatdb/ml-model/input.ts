import { z } from "zod";
import type { FeatureConstraint, FeatureValues } from "./feature.ts";

/** Creates the schema of a prediction's input from the model's features. */
export function inputSchema(features: readonly FeatureConstraint[]): z.ZodType<FeatureValues> {
  return z.strictObject(Object.fromEntries(features.map((feature) => [feature.name, valueSchema(feature)])));
}

function valueSchema(feature: FeatureConstraint): z.ZodType<number | string | undefined> {
  const value =
    feature.kind === "number"
      ? feature.whole
        ? z.int(expecting("a whole number"))
        : z.number(expecting("a number"))
      : feature.kind === "text"
        ? text
        : categorySchema(feature.categories, feature.open);
  return feature.required ? value : value.nullish().transform((given) => given ?? undefined);
}

function categorySchema(categories: readonly string[], open: boolean): z.ZodType<string> {
  if (open) return text;
  const known = new Set(categories);
  return text.refine((value) => known.has(value), { error: `unknown value; known are ${listed(categories)}` });
}

const expecting = (expected: string) => ({
  error: (issue: { input?: unknown }) =>
    issue.input === undefined ? `missing; expected ${expected}` : `expected ${expected}`,
});

const text = z.union([z.string(), z.number(), z.boolean()], expecting("text")).transform(String);

function listed(values: readonly string[]): string {
  const shown = values
    .slice(0, 10)
    .map((value) => JSON.stringify(value))
    .join(", ");
  return values.length > 10 ? `${shown} and ${values.length - 10} more` : shown;
}
