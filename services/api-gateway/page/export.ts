import { button, element } from "./dom.ts";
import { textOf, type Columns, type Rows, type Value } from "./values.ts";

/** A value as in RFC 4180; null is empty. */
const field = (value: Value | string) => (/[",\r\n]|^\s|\s$/.test(textOf(value)) ? `"${textOf(value).replaceAll('"', '""')}"` : textOf(value));

/** The rows as CSV with a header (RFC 4180). */
export const csvOf = (columns: Columns, rows: Rows) => [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");

/** The rows as a list of objects; a column whose name came before gets a number. */
export function jsonOf(columns: Columns, rows: Rows): string {
  const names = columns.map(({ name }, at) => {
    const before = columns.slice(0, at).filter((column) => column.name === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
  return `${JSON.stringify(rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]))), undefined, 2)}\n`;
}

/** Buttons that save the rows that are there. */
export function exports(columns: Columns, rows: Rows): HTMLElement {
  const save = (name: string, type: string, content: string) => {
    const url = URL.createObjectURL(new Blob([content], { type }));
    element("a", { href: url, download: name }).click();
    URL.revokeObjectURL(url);
  };
  return element("div", { className: "actions", role: "group", aria: { label: "Save the rows" } },
    button("Save CSV", () => save("answer.csv", "text/csv;charset=utf-8", csvOf(columns, rows))),
    button("Save JSON", () => save("answer.json", "application/json", jsonOf(columns, rows))),
  );
}
