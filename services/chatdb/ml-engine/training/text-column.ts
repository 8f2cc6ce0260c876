import type { CategoryColumn, Column } from "./column.ts";
import { JobError } from "./job-error.ts";

/** A column holds texts if its cells have so many words on average, and this share of them is distinct. */
const minWords = 3;
const minDistinctShare = 0.5;

/** Decides whether a column holds texts instead of categories. */
export function holdsTexts(column: Column): column is CategoryColumn {
  if (column.kind !== "category") return false;
  const texts = column.values.filter((text) => text !== undefined);
  const words = texts.reduce((sum, text) => sum + text.split(/\s+/).length, 0);
  return words >= minWords * texts.length && new Set(texts).size >= minDistinctShare * texts.length;
}

/** Picks the column with the longest texts. Throws a JobError if no column holds words. */
export function textColumn(columns: readonly Column[]): CategoryColumn {
  const lengthOf = ({ values }: CategoryColumn) => values.reduce((sum, text) => sum + (text?.length ?? 0), 0);
  const [longest] = columns.filter((column) => column.kind === "category").sort((a, b) => lengthOf(b) - lengthOf(a));
  if (!longest)
    throw new JobError(
      `text-classification learns from a column of texts, and there are only numbers: ${columns.map(({ name }) => `"${name}"`).join(", ")}.`,
    );
  return longest;
}
