/** A day or an instant in a plan's comparison. */
export type TimeLiteral = { day: string } | { instant: Date };

const pattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Parses `2024-05-31` or `2024-05-31T10:30:00Z` (ISO 8601), in UTC without an offset. Returns undefined for any other
 * text and for a day that does not exist.
 */
export function readTime(text: string): TimeLiteral | undefined {
  const [, day, time, offset] = pattern.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  if (time === undefined) return { day };
  const instant = new Date(`${day}T${time}${offset ?? "Z"}`);
  return Number.isNaN(instant.getTime()) ? undefined : { instant };
}
