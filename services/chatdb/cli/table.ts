import { isNumeric, shown, type Columns, type Rows, type Value } from "@chatdb/contracts/values.ts";
import stringWidth from "string-width";

const gap = "  ";
/** The width, in characters, below which no column is cut. */
const minWidth = 4;

/**
 * Formats rows as a table no wider than `width`, if the columns can be cut to that. A cut value ends with an ellipsis.
 * @param width in characters; Infinity cuts nothing
 */
export function tableText(columns: Columns, rows: Rows, width: number): string {
  const cells = rows.map((row) => columns.map((_, at) => cell(row[at] ?? null)));
  const heads = columns.map(({ name }) => printable(name));
  const natural = heads.map((head, at) => Math.max(stringWidth(head), ...cells.map((row) => stringWidth(row[at]!))));
  const widths = fittedWidths(natural, width - gap.length * (columns.length - 1));
  const line = (texts: string[]) =>
    texts
      .map((text, at) => padded(cut(text, widths[at]!), widths[at]!, isNumeric(columns[at]!)))
      .join(gap)
      .trimEnd();
  return [line(heads), widths.map((each) => "─".repeat(each)).join(gap), ...cells.map(line)].join("\n");
}

/** The width, in characters, to which a column can be cut and still be read. */
const readableWidth = 8;

/**
 * Formats rows as a table, or with one column per line if `expanded` is set or the table's columns would be cut to less
 * than can be read.
 * @param width in characters; Infinity cuts nothing
 */
export function rowsText(columns: Columns, rows: Rows, width: number, expanded: boolean): string {
  const fits = columns.length * (readableWidth + gap.length) - gap.length <= width;
  if (rows.length === 0 || (!expanded && (fits || naturalWidth(columns, rows) <= width)))
    return tableText(columns, rows, width);
  return expandedText(columns, rows);
}

function naturalWidth(columns: Columns, rows: Rows): number {
  const widths = columns.map(({ name }, at) =>
    rows.reduce((max, row) => Math.max(max, stringWidth(cell(row[at] ?? null))), stringWidth(printable(name))),
  );
  return widths.reduce((sum, each) => sum + each, gap.length * (columns.length - 1));
}

/** Formats each row as lines of a column's name and its value, which is not cut. */
function expandedText(columns: Columns, rows: Rows): string {
  const names = columns.map(({ name }) => printable(name));
  const width = names.reduce((max, name) => Math.max(max, stringWidth(name)), 0);
  return rows
    .map((row, number) =>
      [
        `── ${number + 1} ${"─".repeat(width)}`,
        ...names.map((name, at) => `${padded(name, width, false)}${gap}${cell(row[at] ?? null)}`),
      ].join("\n"),
    )
    .join("\n");
}

const cell = (value: Value) => (value === null ? "null" : printable(shown(value)));

/** Escapes control characters, since untrusted data could control the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === "\n"
      ? "↵"
      : character === "\t"
        ? " "
        : `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}

/** Cuts the widest columns to equal widths until all fit. */
function fittedWidths(natural: readonly number[], available: number): number[] {
  const total = (limit: number) => natural.reduce((sum, each) => sum + Math.min(each, limit), 0);
  let limit = Math.max(minWidth, ...natural);
  while (limit > minWidth && total(limit) > available) limit -= 1;
  return natural.map((each) => Math.min(each, limit));
}

const segmenter = new Intl.Segmenter();

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of segmenter.segment(text)) {
    if (stringWidth(kept + segment) >= width) break;
    kept += segment;
  }
  return `${kept}…`;
}

function padded(text: string, width: number, right: boolean): string {
  const padding = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? padding + text : text + padding;
}
