import type { Days } from "./draft.ts";
import { months } from "./lexicon.ts";
import type { Scanner } from "./scanner.ts";

const firstYear = 1900;
const lastYear = 2100;

/** A day (2024-05-31), a month (May 2024) or a year (2024). */
export function takeDays(scanner: Scanner): Days | undefined {
  const from = scanner.at;
  const days = takeDay(scanner) ?? takeMonth(scanner) ?? takeYear(scanner);
  if (!days) scanner.at = from;
  return days;
}

function takeDay(scanner: Scanner): Days | undefined {
  const { token } = scanner;
  if (token?.kind !== "date") return undefined;
  const day = new Date(`${token.text}T00:00:00Z`);
  // 2024-02-30 is written like a date and is none.
  if (Number.isNaN(day.getTime()) || isoDate(day) !== token.text) return undefined;
  scanner.at++;
  return { unit: "day", start: token.text, end: isoDate(new Date(day.getTime() + 24 * 60 * 60 * 1000)) };
}

function takeMonth(scanner: Scanner): Days | undefined {
  const month = scanner.takePhrase(months);
  const year = month === undefined ? undefined : yearAt(scanner);
  if (month === undefined || year === undefined) return undefined;
  scanner.at++;
  return { unit: "month", start: isoDate(new Date(Date.UTC(year, month - 1))), end: isoDate(new Date(Date.UTC(year, month))) };
}

function takeYear(scanner: Scanner): Days | undefined {
  const year = yearAt(scanner);
  if (year === undefined) return undefined;
  scanner.at++;
  return { unit: "year", start: `${year}-01-01`, end: `${year + 1}-01-01` };
}

function yearAt({ token }: Scanner): number | undefined {
  const year = token?.kind === "number" && /^\d{4}$/.test(token.text) ? Number(token.text) : NaN;
  return year >= firstYear && year < lastYear ? year : undefined;
}

const isoDate = (date: Date) => date.toISOString().slice(0, 10);
