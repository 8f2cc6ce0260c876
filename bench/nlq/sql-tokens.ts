/** A token of a query; `start` and `end` are offsets in it. */
export interface SqlToken {
  kind: "word" | "string" | "number" | "mark";
  /** Of a string, what is between the quotes. */
  text: string;
  /** In lower case. */
  word: string;
  start: number;
  end: number;
}

const pattern =
  /(?<string>'(?:[^']|'')*'|"[^"]*")|(?<number>(?:\d+\.?\d*|\.\d+)(?![A-Za-z_]))|(?<word>[\p{L}\p{N}_]+|`[^`]+`|\[[^\]]+\])|(?<mark><>|[<>!=]=|\S)/gu;

/** The tokens of a query in SQLite's dialect, in which double quotes are good for strings too. */
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
