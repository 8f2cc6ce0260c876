import { refusal } from "../refusal.ts";

export interface Token {
  /** `word`: a keyword, or a name without quotes; `name`: one in backquotes. */
  kind: "word" | "name" | "string" | "number" | "symbol";
  /** Words in lower case; names without their quotes. */
  text: string;
  at: number;
}

/** One lexeme of MySQL in the sessions' sql_mode: https://dev.mysql.com/doc/refman/8.4/en/lexical.html */
const lexeme = new RegExp(
  [
    "(?<space>[ \\t\\r\\n]+)",
    // Double quotes also enclose text. A backslash escapes, and a doubled quote stands for one.
    "(?<string>(?:\\b[xXbBnN](?='))?(?:'(?:[^'\\\\]|\\\\.|'')*'|\"(?:[^\"\\\\]|\\\\.|\"\")*\"))",
    "(?<name>`(?:[^`]|``)+`)",
    "(?<number>(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?(?![\\w$\\u0080-\\uffff]))",
    "(?<word>[\\w$\\u0080-\\uffff]+)",
    "(?<symbol><=>|<>|!=|<=|>=|<<|>>|&&|\\|\\||->>|->|[-+*/%=<>!~^&|(),.?])",
  ].join("|"),
  "suy",
);

/** Syntax that could hide a statement, by its first characters. */
const refusedSyntax: [start: string, what: string][] = [
  ["/*", "comments"],
  ["#", "comments"],
  [";", "a semicolon"],
  ["@", "variables"],
  [":", "assignments"],
  ["\\", "a backslash"],
  ["{", "braces"],
];

/**
 * Splits a statement into tokens. It refuses comments (MySQL runs some of them), variables, and everything that no
 * query needs.
 * @throws Problem 400 or 403
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  lexeme.lastIndex = 0;
  while (lexeme.lastIndex < sql.length) {
    const at = lexeme.lastIndex;
    const found = sql.startsWith("--", at) || sql.startsWith("/*", at) ? null : lexeme.exec(sql);
    if (found === null) throw refusalAt(sql, at);
    const [kind, text] = Object.entries(found.groups!).find(([, value]) => value !== undefined)! as [
      Token["kind"] | "space",
      string,
    ];
    if (kind === "word") tokens.push({ kind, text: text.toLowerCase(), at });
    else if (kind === "name") tokens.push({ kind, text: text.slice(1, -1).replaceAll("``", "`"), at });
    else if (kind !== "space") tokens.push({ kind, text, at });
  }
  return tokens;
}

function refusalAt(sql: string, at: number) {
  const what = sql.startsWith("--", at) ? "comments" : refusedSyntax.find(([start]) => sql.startsWith(start, at))?.[1];
  if (what !== undefined)
    return refusal("statement", `Only one statement that reads is run here, and no ${what}: see character ${at + 1}.`, {
      position: at + 1,
    });
  return refusal(
    "syntax",
    `The statement cannot be read at character ${at + 1}: ${JSON.stringify(sql.slice(at, at + 20))}.`,
    { position: at + 1 },
  );
}
