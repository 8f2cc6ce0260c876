import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { element, elementById } from "../dom.ts";
import { isTime, words } from "@chatdb/contracts/values.ts";

/** The maximum number of sample values shown of a column. */
const maxSamples = 8;

/** Shows the tables of a data source, to unfold. */
export function showSchema({ tables }: DatabaseSchema): void {
  const place = elementById("schema", HTMLElement);
  if (tables.length === 0)
    return place.replaceChildren(element("p", { className: "muted" }, "This data source has no readable tables."));
  place.replaceChildren(...tables.map(tableOf));
}

export function showSchemaProblem(detail: string): void {
  elementById("schema", HTMLElement).replaceChildren(element("p", { className: "muted" }, detail));
}

function tableOf(table: Table): HTMLElement {
  const rows = table.rowEstimate === undefined ? undefined : `about ${table.rowEstimate.toLocaleString("en")} rows`;
  return element(
    "details",
    {},
    element(
      "summary",
      {},
      table.name,
      element("span", { className: "muted" }, table.kind === "view" ? "view" : (rows ?? "")),
    ),
    table.comment !== undefined && element("p", { className: "comment" }, table.comment),
    element("dl", {}, ...table.columns.flatMap((column) => columnOf(column, table))),
  );
}

function columnOf(
  { name, type, nullable, comment, samples = [] }: Column,
  { primaryKey, foreignKeys }: Table,
): HTMLElement[] {
  const refers = foreignKeys.filter(({ columns }) => columns.includes(name)).map((key) => `refers to ${key.table}`);
  const notes = [type, ...(nullable ? ["may be null"] : []), ...(primaryKey.includes(name) ? ["key"] : []), ...refers];
  const examples = samples.length > maxSamples ? `${samples.slice(0, maxSamples).join(", ")}, …` : samples.join(", ");
  return [
    element("dt", {}, name),
    element(
      "dd",
      {},
      element("span", { className: "muted" }, notes.join(", ")),
      comment !== undefined && element("p", {}, comment),
      examples !== "" && element("p", { className: "samples" }, examples),
    ),
  ];
}

/** Suggests questions that this schema can answer. */
export function exampleQuestions({ tables }: DatabaseSchema): string[] {
  const [largest] = tables.toSorted((a, b) => (b.rowEstimate ?? 0) - (a.rowEstimate ?? 0));
  const grouping = tables.flatMap((table) =>
    table.columns.filter((column) => isGrouping(column, table)).map((column) => ({ table, column })),
  );
  const [group, other = group] = grouping.toSorted((a, b) => a.column.samples!.length - b.column.samples!.length);
  const timed = tables.find(({ columns }) => columns.some(isTime));
  return [
    ...(largest ? [`How many ${words(largest.name)} are there?`] : []),
    ...(group ? [`Number of ${words(group.table.name)} per ${words(group.column.name)}`] : []),
    ...(other
      ? [`${capital(words(other.table.name))} with ${words(other.column.name)} ${other.column.samples![0]}`]
      : []),
    ...(timed ? [`Latest 10 ${words(timed.name)}`] : []),
  ];
}

/** Whether many rows share each value of a column. */
const isGrouping = ({ samples = [] }: Column, { rowEstimate = 0 }: Table) =>
  samples.length > 1 && samples.length < rowEstimate / 3;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
