/** Sampling looks at the first rows of a table only, so that its effort does not grow with the table. */
export const maxRowsSampled = 10_000;

/** A column with more distinct values, or with longer ones, is free text, whose values are not kept. */
export const maxSamples = 50;
export const maxSampleLength = 100;

/** Returns the sorted values, or undefined if the column is free text. */
export function samplesToKeep(values: readonly string[] | null | undefined): string[] | undefined {
  if (!values || values.length > maxSamples || values.some((value) => value.length > maxSampleLength)) return undefined;
  return [...values].sort();
}
