/** A day, or an instant, that a plan compares a column with. */
export type TimeLiteral = { day: string } | { instant: Date };

const pattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** Reads `2024-05-31`, or `2024-05-31T10:30:00Z` (ISO 8601); without an offset it is in UTC. Undefined where it is no such text, or no such day. */
export function readTime(text: string): TimeLiteral | undefined {
  const [, day, time, offset] = pattern.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  if (time === undefined) return { day };
  const instant = new Date(`${day}T${time}${offset ?? "Z"}`);
  return Number.isNaN(instant.getTime()) ? undefined : { instant };
}
