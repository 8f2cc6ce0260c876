/** Describes days and times in English. */
import type { Comparator } from "../plan.ts";
import { readTime } from "../time-literal.ts";

const written = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const day = written({ day: "numeric", month: "long", year: "numeric" });
const month = written({ month: "long", year: "numeric" });
const time = written({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

const asDate = (iso: string) => new Date(`${iso}T00:00:00Z`);

/** "31 May 2024", "10:30 UTC on 31 May 2024". */
export function timeInWords(text: string): string {
  const read = readTime(text);
  if (!read) return text;
  if ("day" in read) return day.format(asDate(read.day));
  return `${time.format(read.instant).replace(/:00$/, "")} UTC on ${day.format(read.instant)}`;
}

export function comparisonInWords(op: Comparator, text: string): string {
  const spoken = timeInWords(text);
  return {
    "=": `is ${spoken}`,
    "<>": `is not ${spoken}`,
    "<": `is before ${spoken}`,
    "<=": `is ${spoken} or earlier`,
    ">": `is after ${spoken}`,
    ">=": `is ${spoken} or later`,
  }[op];
}

/**
 * Describes a range that starts at a day and ends before another: "is in 2024", "is in May 2024", "is on 31 May 2024",
 * "is from 1 to 30 May 2024".
 */
export function rangeInWords(from: string, before: string): string | undefined {
  const [start, end] = [readTime(from), readTime(before)];
  if (!start || !end || !("day" in start) || !("day" in end)) return undefined;
  const last = new Date(asDate(end.day).getTime() - 24 * 60 * 60 * 1000);
  const first = asDate(start.day);
  const following = (months: number) =>
    new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + months, first.getUTCDate())).getTime() ===
    asDate(end.day).getTime();
  if (last.getTime() === first.getTime()) return `is on ${day.format(first)}`;
  if (first.getUTCDate() === 1 && following(1)) return `is in ${month.format(first)}`;
  if (first.getUTCDate() === 1 && first.getUTCMonth() === 0 && following(12)) return `is in ${first.getUTCFullYear()}`;
  return last > first ? `is from ${day.format(first)} to ${day.format(last)}` : undefined;
}
