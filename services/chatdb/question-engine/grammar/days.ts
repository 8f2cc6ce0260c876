import { months, numberWords } from "../language/lexicon.ts";
import { Phrases } from "../language/phrases.ts";
import type { Days } from "./frame.ts";
import type { Sentence } from "./sentence.ts";

type Unit = "day" | "week" | "month" | "quarter" | "year";

const firstYear = 1500;

const lastYear = 2200;

const units = new Phrases<Unit>([
  ["day|days", "day"],
  ["week|weeks", "week"],
  ["month|months", "month"],
  ["quarter|quarters", "quarter"],
  ["year|years", "year"],
]);

/** The unit before, at or after the present one. */
const places = new Phrases<"last" | "this" | "next">([
  ["last|past|previous|preceding|the last|the past|the previous|most recent", "last"],
  ["this|current|the current|the present", "this"],
]);

const daysAway = new Phrases<number>([
  ["today", 0],
  ["yesterday", -1],
  ["the day before yesterday", -2],
]);

/**
 * Reads a period of time in UTC: 2024-05-31, May 2024, 2024, Q2 2024, May 31, 2024, last month, the past 30 days,
 * today.
 */
export function daysAt(sentence: Sentence, at: number): { end: number; days: Days } | undefined {
  return (
    isoDay(sentence, at) ??
    spelledDay(sentence, at) ??
    month(sentence, at) ??
    quarter(sentence, at) ??
    year(sentence, at) ??
    relative(sentence, at)
  );
}

function isoDay({ tokens }: Sentence, at: number) {
  const token = tokens[at];
  if (token?.kind !== "date") return undefined;
  const day = new Date(`${token.text}T00:00:00Z`);
  // 2024-02-30 looks like a date and is none.
  if (Number.isNaN(day.getTime()) || isoDate(day) !== token.text) return undefined;
  return { end: at + 1, days: periodFrom("day", day) };
}

/** "May 31, 2024", "31 May 2024", "31st of May 2024". */
function spelledDay(sentence: Sentence, at: number) {
  const early = dayOfMonth(sentence, at);
  const monthAt = early === undefined ? at : sentence.skip(at + 1, "of");
  const named = sentence.phrase(months, monthAt);
  if (!named) return undefined;
  const late = early ?? dayOfMonth(sentence, named.end);
  const yearAt = early === undefined ? sentence.skip(named.end + 1, ",") : sentence.skip(named.end, ",");
  const inYear = yearOf(sentence, yearAt);
  if (late === undefined || inYear === undefined) return undefined;
  const day = new Date(Date.UTC(inYear, named.meaning - 1, late));
  return day.getUTCDate() === late ? { end: yearAt + 1, days: periodFrom("day", day) } : undefined;
}

function dayOfMonth({ words }: Sentence, at: number): number | undefined {
  const day = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(words[at] ?? "")?.[1];
  return day !== undefined && Number(day) >= 1 && Number(day) <= 31 ? Number(day) : undefined;
}

/** Reads "May 2024". "March" alone means the latest March that has begun. */
function month(sentence: Sentence, at: number) {
  const named = sentence.phrase(months, at);
  if (!named) return undefined;
  const yearAt = sentence.skip(named.end, "of", ",");
  const inYear = yearOf(sentence, yearAt);
  if (inYear !== undefined)
    return { end: yearAt + 1, days: periodFrom("month", new Date(Date.UTC(inYear, named.meaning - 1))) };
  // "February 30" does not mean February.
  if (dayOfMonth(sentence, named.end) !== undefined) return undefined;
  const { now } = sentence;
  const begun = named.meaning - 1 <= now.getUTCMonth();
  // "may" is more often a verb.
  if (
    sentence.words[at] === "may" &&
    !["in", "since", "during", "of", "after", "before", "until"].includes(sentence.words[at - 1] ?? "")
  )
    return undefined;
  return {
    end: named.end,
    days: periodFrom("month", new Date(Date.UTC(now.getUTCFullYear() - (begun ? 0 : 1), named.meaning - 1))),
  };
}

const quarters = new Map([
  ["first", 1],
  ["1st", 1],
  ["second", 2],
  ["2nd", 2],
  ["third", 3],
  ["3rd", 3],
  ["fourth", 4],
  ["4th", 4],
  ["last", 4],
]);

/** Reads "Q2 2024", "the second quarter of 2024". "Q2" alone means the latest one that has begun. */
function quarter(sentence: Sentence, at: number) {
  const spelled =
    sentence.words[at + 1] === "quarter" && (sentence.words[at] !== "last" || sentence.words[at + 2] === "of")
      ? quarters.get(sentence.words[at] ?? "")
      : undefined;
  const number = /^q([1-4])$/.exec(sentence.words[at] ?? "")?.[1] ?? spelled;
  if (number === undefined) return undefined;
  const end = at + (spelled === undefined ? 1 : 2);
  const yearAt = sentence.skip(end, "of", ",");
  const statedYear = yearOf(sentence, yearAt);
  const first = (Number(number) - 1) * 3;
  const { now } = sentence;
  const inYear = statedYear ?? now.getUTCFullYear() - (first <= now.getUTCMonth() ? 0 : 1);
  return {
    end: statedYear === undefined ? end : yearAt + 1,
    days: periodFrom("quarter", new Date(Date.UTC(inYear, first))),
  };
}

function year(sentence: Sentence, at: number) {
  const found = yearOf(sentence, at);
  return found === undefined ? undefined : { end: at + 1, days: periodFrom("year", new Date(Date.UTC(found, 0))) };
}

function yearOf({ tokens }: Sentence, at: number): number | undefined {
  const token = tokens[at];
  const found = token?.kind === "number" && /^\d{4}$/.test(token.text) ? Number(token.text) : NaN;
  return found >= firstYear && found < lastYear ? found : undefined;
}

/** "today", "last month", "this year", "the last three months". */
function relative(sentence: Sentence, at: number) {
  const from = sentence.skip(at, "the");
  const away = sentence.phrase(daysAway, from);
  const today = startOf("day", sentence.now);
  if (away) return { end: away.end, days: periodFrom("day", moved(today, "day", away.meaning)) };
  const place = sentence.phrase(places, from);
  if (!place) return undefined;
  const number =
    sentence.tokens[place.end]?.kind === "number"
      ? { end: place.end + 1, meaning: Number(sentence.tokens[place.end]!.text) }
      : sentence.phrase(numberWords, place.end);
  const unit = sentence.phrase(units, number?.end ?? place.end);
  if (!unit || (number && !(Number.isInteger(number.meaning) && number.meaning > 0 && number.meaning < 10_000)))
    return undefined;
  const { meaning, end } = unit;
  if (number)
    return {
      end,
      days: { start: isoDate(moved(today, meaning, -number.meaning)), end: isoDate(moved(today, "day", 1)) },
    };
  const present = startOf(meaning, sentence.now);
  return { end, days: periodFrom(meaning, place.meaning === "this" ? present : moved(present, meaning, -1)) };
}

/** The period of one unit that begins at `start`. */
const periodFrom = (unit: Unit, start: Date): Days => ({ start: isoDate(start), end: isoDate(moved(start, unit, 1)) });

function moved(date: Date, unit: Unit, by: number): Date {
  const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === "day" || unit === "week") return new Date(Date.UTC(y, m, d + by * (unit === "week" ? 7 : 1)));
  const monthsAway = by * { month: 1, quarter: 3, year: 12 }[unit];
  const lastDay = new Date(Date.UTC(y, m + monthsAway + 1, 0)).getUTCDate();
  return new Date(Date.UTC(y, m + monthsAway, Math.min(d, lastDay)));
}

/** Weeks start on Monday. */
function startOf(unit: Unit, now: Date): Date {
  const [y, m, d] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (unit) {
    case "day":
      return new Date(Date.UTC(y, m, d));
    case "week":
      return new Date(Date.UTC(y, m, d - ((now.getUTCDay() + 6) % 7)));
    case "month":
      return new Date(Date.UTC(y, m));
    case "quarter":
      return new Date(Date.UTC(y, m - (m % 3)));
    case "year":
      return new Date(Date.UTC(y, 0));
  }
}

const isoDate = (date: Date) => date.toISOString().slice(0, 10);
