import { isNumeric, isTime, numberOf, shown, words, type Columns, type Rows } from "@chatdb/contracts/values.ts";

export interface Point {
  label: string;
  value: number;
}

/** The data of a chart. */
export interface ChartData {
  kind: "bars" | "line";
  /** The name of the labels. */
  label: string;
  /** The name of the values. */
  value: string;
  points: Point[];
  /** The number of all points; a bar chart draws only the first ones. */
  total: number;
}

const maxBars = 25;
const maxLinePoints = 1000;
const minLinePoints = 3;

/** Matches periods as the query-parser writes them, days, and plain years. */
const period = /^\d{4}(-(\d\d|Q[1-4]|W\d\d)(-\d\d)?)?$/;
const periodName = /(^|_)(year|quarter|month|week|day|date)$/i;

/** Whether a column identifies rows, so that its numbers mean nothing as a length. */
const isKey = (name: string) => /(^|_)(id|no|code)$/i.test(name);

/**
 * Chooses the chart for a result: one with a column of labels and a column of numbers has a chart, others have none.
 * @param ordered whether the question ordered the rows; otherwise the longest bar comes first
 */
export function chartOf(columns: Columns, rows: Rows, ordered: boolean): ChartData | undefined {
  const named = columns.map((column, at) => ({ ...column, at })).filter(({ name }) => !isKey(name));
  const values = named.filter((column) => isNumeric(column) && !periodName.test(column.name));
  const labels = named.filter((column) => !values.includes(column));
  const [label, value] = [labels[0], values[0]];
  if (!label || !value || labels.length > 1 || values.length > 1 || rows.length < 2) return undefined;
  const points = rows.flatMap((row) => {
    const number = numberOf(row[value.at] ?? null);
    const text = row[label.at] ?? null;
    return number === undefined ? [] : [{ label: text === null ? "none" : shown(text), value: number }];
  });
  if (points.length < 2) return undefined;
  const about = { label: words(label.name), value: words(value.name), total: points.length };
  const distinct = new Set(points.map((point) => point.label)).size === points.length;
  const isPeriod = isTime(label) || points.every((point) => period.test(point.label));
  if (isPeriod && distinct && points.length >= minLinePoints && points.length <= maxLinePoints) {
    return { ...about, kind: "line", points: points.toSorted((a, b) => (a.label < b.label ? -1 : 1)) };
  }
  const arranged = ordered ? points : points.toSorted((a, b) => b.value - a.value);
  return { ...about, kind: "bars", points: arranged.slice(0, maxBars) };
}

/** Returns about `count` round numbers that enclose all values and 0. */
export function ticks(points: readonly Point[], count: number): number[] {
  const values = points.map(({ value }) => value);
  return ticksBetween(Math.min(0, ...values), Math.max(0, ...values), count);
}

/** Returns about `count` round numbers that enclose both ends. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  if (low === high) return [low, low + 1];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const from = Math.floor(low / step);
  return Array.from({ length: Math.ceil(high / step) - from + 1 }, (_, n) =>
    Number(((from + n) * step).toPrecision(12)),
  );
}
