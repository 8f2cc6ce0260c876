/** A token of a query; `start` and `end` are offsets in it. */
export interface SqlToken {
  kind: "word" | "string" | "number" | "mark";
  /** The text; for a string, without its quotes. */
  text: string;
  /** The text in lower case. */
  word: string;
  start: number;
  end: number;
}

const pattern =
  /(?<string>'(?:[^']|'')*'|"[^"]*")|(?<number>(?:\d+\.?\d*|\.\d+)(?![A-Za-z_]))|(?<word>[\p{L}\p{N}_]+|`[^`]+`|\[[^\]]+\])|(?<mark><>|[<>!=]=|\S)/gu;

/** Splits a query in SQLite's dialect into tokens; double quotes may also delimit strings. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(pattern)].map((match) => {
    const [raw] = match;
    const { string, number, word } = match.groups!;
    const text = string ? raw.slice(1, -1).replaceAll("''", "'") : word ? raw.replace(/^[`[](.*)[`\]]$/, "$1") : raw;
    return {
      kind: string !== undefined ? "string" : number ? "number" : word ? "word" : "mark",
      text,
      word: text.toLowerCase(),
      start: match.index,
      end: match.index + raw.length,
    };
  });
}
