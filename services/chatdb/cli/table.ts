import { isNumeric, shown, type Columns, type Rows, type Value } from "@chatdb/contracts/values.ts";
import stringWidth from "string-width";

const gap = "  ";
/** No column is cut below that many characters for the others. */
const minWidth = 4;

/**
 * The rows as lines of text, no longer than `width` where the columns can be cut to that; what is cut ends with an ellipsis.
 * @param width of the terminal, in characters; Infinity where nothing is cut
 */
export function tableText(columns: Columns, rows: Rows, width: number): string {
  const cells = rows.map((row) => columns.map((_, at) => cell(row[at] ?? null)));
  const heads = columns.map(({ name }) => printable(name));
  const natural = heads.map((head, at) => Math.max(stringWidth(head), ...cells.map((row) => stringWidth(row[at]!))));
  const widths = fitted(natural, width - gap.length * (columns.length - 1));
  const line = (texts: string[]) =>
    texts
      .map((text, at) => padded(cut(text, widths[at]!), widths[at]!, isNumeric(columns[at]!)))
      .join(gap)
      .trimEnd();
  return [line(heads), widths.map((each) => "─".repeat(each)).join(gap), ...cells.map(line)].join("\n");
}

const cell = (value: Value) => (value === null ? "null" : printable(shown(value)));

/** Nothing that a terminal would obey: data is not to be trusted. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === "\n"
      ? "↵"
      : character === "\t"
        ? " "
        : `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}

/** The widest are cut, to equal widths, until all fit. */
function fitted(natural: readonly number[], room: number): number[] {
  const total = (limit: number) => natural.reduce((sum, each) => sum + Math.min(each, limit), 0);
  let limit = Math.max(minWidth, ...natural);
  while (limit > minWidth && total(limit) > room) limit -= 1;
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
  const room = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? room + text : text + room;
}
