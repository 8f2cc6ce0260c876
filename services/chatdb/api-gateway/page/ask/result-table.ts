import { button, element } from "../dom.ts";
import { isNumeric, shown, textOf, type Columns, type Rows, type Value } from "@chatdb/contracts/values.ts";

/** The number of rows on a page. */
const pageSize = 15;

/** Shows rows one page at a time. @param caption describes the rows to screen readers */
export function resultTable(columns: Columns, rows: Rows, truncated: boolean, caption: string): HTMLElement {
  const body = element("tbody");
  const heads = columns.map((column) =>
    element("th", { scope: "col", title: column.type, className: isNumeric(column) ? "number" : "" }, column.name),
  );
  const whole = element(
    "table",
    {},
    element("caption", { className: "hidden" }, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  const range = element("span", { className: "range" });
  const before = button("Previous", () => show(page - 1));
  const after = button("Next", () => show(page + 1));
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  let page = 0;
  function show(next: number): void {
    page = next;
    const from = page * pageSize;
    const part = rows.slice(from, from + pageSize);
    body.replaceChildren(
      ...part.map((row) => element("tr", {}, ...columns.map((column, at) => cell(row[at] ?? null, isNumeric(column))))),
    );
    const count = truncated ? `the first ${rows.length}; there are more` : String(rows.length);
    range.textContent =
      pages === 1 && !truncated
        ? `${rows.length} ${rows.length === 1 ? "row" : "rows"}`
        : `Rows ${from + 1} to ${from + part.length} of ${count}`;
    before.disabled = page === 0;
    after.disabled = page === pages - 1;
  }
  show(0);
  // A table wider than the page needs the focus, so that keys can scroll it.
  const frame = element("div", { className: "rows", tabIndex: 0, role: "region", aria: { label: caption } }, whole);
  return element(
    "div",
    {},
    frame,
    element(
      "div",
      { className: "paging", role: "group", aria: { label: "Pages" } },
      range,
      pages > 1 && before,
      pages > 1 && after,
    ),
  );
}

function cell(value: Value, number: boolean): HTMLElement {
  if (value === null)
    return element("td", { className: number ? "number" : "" }, element("span", { className: "null" }, "null"));
  const text = shown(value);
  return element(
    "td",
    {
      className: number ? "number" : typeof value === "object" ? "code" : "",
      title: text === textOf(value) ? "" : textOf(value),
    },
    text,
  );
}
