import { cacheChecks } from "../statement-check-cache.ts";
import type { StatementCheck } from "../driver.ts";
import { notReadOnly } from "../refusal.ts";
import { allowedFunctions } from "./allowed-functions.ts";
import { tokenize, type Token } from "./lexer.ts";

/**
 * Accepts a single SELECT that calls only listed functions. It checks tokens instead of parsing, since a grammar that
 * is not MySQL's own may read a statement in another way than the server does, whereas reserved words are unambiguous.
 * Before the statement runs, EXPLAIN makes the server's own grammar read it.
 */
export const checkMysql = cacheChecks((sql: string): StatementCheck => {
  const tokens = tokenize(sql);
  const start = tokens.find(({ text }) => text !== "(");
  if (!start) throw notReadOnly("there is none here");
  if (start.kind !== "word" || (start.text !== "select" && start.text !== "with"))
    throw notReadOnly(`this begins with ${start.text.toUpperCase()}`);
  tokens.forEach((token, index) => checkToken(token, index, tokens));
  return { ordered: isOrdered(tokens) };
});

/** Reserved words of statements that do more than read. As names they have to be quoted. */
const forbidden = new Set("into update delete insert replace lock procedure call set load".split(" "));

/** Forbidden words that are also the names of functions. */
const alsoFunctions = new Set(["insert", "replace"]);

/** Databases that describe the server and its other users. */
const systemDatabases = new Set(["mysql", "information_schema", "performance_schema", "sys", "ndbinfo"]);

function checkToken(token: Token, index: number, tokens: readonly Token[]): void {
  const previous = tokens[index - 1];
  const next = tokens[index + 1];
  const isQualified = previous?.text === "." && previous.kind === "symbol";
  if (token.kind !== "word" && token.kind !== "name") return;
  if (next?.text === "(" && next.kind === "symbol") checkCall(token, index, tokens, isQualified);
  if (next?.text === "." && next.kind === "symbol" && systemDatabases.has(token.text.toLowerCase()))
    throw notReadOnly(`${token.text} is a database of the system`);
  if (token.kind !== "word" || isQualified) return;
  if (forbidden.has(token.text) && !(alsoFunctions.has(token.text) && next?.text === "("))
    throw notReadOnly(`${token.text.toUpperCase()} has no place in it`);
  if (token.text === "for" && next?.text === "share") throw notReadOnly("a locking clause (FOR SHARE) locks rows");
  if (token.text === "for" && previous?.text === "value") throw notReadOnly("NEXT VALUE FOR changes a sequence");
}

/** Words that may precede a parenthesis without being a function: keywords, and the types of CAST and of columns. */
const notFunctions = new Set(
  `select from where having by on using and or not in as when then else case end between like is any some all exists union except
   intersect distinct values row rows range interval over partition order group limit offset join inner left right cross natural
   straight_join recursive lateral columns match index key force ignore use div mod rlike regexp xor escape with return against
   char varchar binary varbinary decimal dec numeric signed unsigned integer int datetime time timestamp float double real nchar
   collate filter within rollup cube sets grouping window`
    .trim()
    .split(/\s+/),
);

function checkCall(token: Token, index: number, tokens: readonly Token[], isQualified: boolean): void {
  const name = token.text.toLowerCase();
  if (!isQualified && allowedFunctions.has(name)) return;
  if (token.kind === "word" && !isQualified && notFunctions.has(name)) return;
  if (!isQualified && namesColumns(index, tokens)) return;
  throw notReadOnly(`the function ${token.text} is not one of those that only compute`);
}

/** Whether a column list follows: of a derived table, `AS name (a, b)`, or of WITH, `name (a, b) AS (`. */
function namesColumns(index: number, tokens: readonly Token[]): boolean {
  const before = tokens[index - 1];
  if (before?.kind === "word" && before.text === "as") return isClosing(tokens[index - 2]);
  const end = tokens.findIndex(({ text, kind }, at) => at > index && kind === "symbol" && text === ")");
  const [as, open] = [tokens[end + 1], tokens[end + 2]];
  return (
    as?.kind === "word" &&
    as.text === "as" &&
    open?.text === "(" &&
    open.kind === "symbol" &&
    tokens.slice(index + 2, end).every(isNameOrComma)
  );
}

const isClosing = (token: Token | undefined) => token?.kind === "symbol" && token.text === ")";
const isNameOrComma = ({ kind, text }: Token) => kind === "word" || kind === "name" || text === ",";

/** Whether an ORDER BY is outside of all parentheses. */
function isOrdered(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some(({ kind, text }, index) => {
    if (kind === "symbol" && text === "(") depth += 1;
    if (kind === "symbol" && text === ")") depth -= 1;
    return depth === 0 && kind === "word" && text === "order" && tokens[index + 1]?.text === "by";
  });
}
