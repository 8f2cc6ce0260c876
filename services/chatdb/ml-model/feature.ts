import { z } from "zod";

const common = { name: z.string(), required: z.boolean().describe("Whether a prediction must be given a value") };

/** A column of numbers with their mean and standard deviation (1 where they do not vary). */
const numberFeature = z.object({
  kind: z.literal("number"),
  ...common,
  mean: z.number(),
  scale: z.number().positive(),
});

/** A column of words: one of `categories`, or where `open` any other word, too. */
const categoryFeature = z.object({
  kind: z.literal("category"),
  ...common,
  categories: z.array(z.string()),
  open: z.boolean(),
  shares: z.array(z.number().min(0).max(1)).optional().describe("Of the rows that it was learned from, by category"),
});

/** A column of texts. */
export const textFeature = z.object({ kind: z.literal("text"), ...common });

/** A column of a table of numbers and words. */
export const tableFeature = z.discriminatedUnion("kind", [numberFeature, categoryFeature]);
export type TableFeature = z.infer<typeof tableFeature>;
export type Feature = TableFeature | z.infer<typeof textFeature>;

/** Values by feature name. A missing one is undefined. */
export type FeatureValues = Readonly<Record<string, number | string | undefined>>;

/** What of a feature a value is checked by. */
export type Asked =
  | { kind: "number"; name: string; required: boolean; whole?: boolean }
  | { kind: "text"; name: string; required: boolean }
  | { kind: "category"; name: string; required: boolean; categories: readonly string[]; open: boolean };
