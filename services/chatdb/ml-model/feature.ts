import { z } from "zod";

const common = { name: z.string(), required: z.boolean().describe("Whether a prediction needs a value") };

/** A column of numbers with their mean and standard deviation (1 if they do not vary). */
const numberFeature = z.object({
  kind: z.literal("number"),
  ...common,
  mean: z.number(),
  scale: z.number().positive(),
});

/** A column of categories. If it is `open`, unknown ones are accepted, too. */
const categoryFeature = z.object({
  kind: z.literal("category"),
  ...common,
  categories: z.array(z.string()),
  open: z.boolean(),
  shares: z.array(z.number().min(0).max(1)).optional().describe("Share of each category in the training rows"),
});

/** A column of texts. */
export const textFeature = z.object({ kind: z.literal("text"), ...common });

/** A column of a table of numbers and words. */
export const tableFeature = z.discriminatedUnion("kind", [numberFeature, categoryFeature]);
export type TableFeature = z.infer<typeof tableFeature>;
export type Feature = TableFeature | z.infer<typeof textFeature>;

/** Values by feature name. A missing value is undefined. */
export type FeatureValues = Readonly<Record<string, number | string | undefined>>;

/** The constraint of a feature that its values are validated against. */
export type FeatureConstraint =
  | { kind: "number"; name: string; required: boolean; whole?: boolean }
  | { kind: "text"; name: string; required: boolean }
  | { kind: "category"; name: string; required: boolean; categories: readonly string[]; open: boolean };
