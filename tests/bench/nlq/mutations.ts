import type { Literal } from "../../../bench/nlq/gold-query.ts";
import { sqlTokens, type SqlToken } from "../../../bench/nlq/sql-tokens.ts";

export interface Mutation {
  kind: "constant" | "filter" | "aggregate" | "direction";
  sql: string;
}

/** Changes a gold query in one place, so that it asks for something else. */
export function mutationsOf(sql: string, literals: readonly Literal[]): Mutation[] {
  const tokens = sqlTokens(sql);
  const replaced = (token: SqlToken, text: string) => sql.slice(0, token.start) + text + sql.slice(token.end);
  return tokens.flatMap((token, index): Mutation[] => {
    const before = tokens[index - 1]?.word;
    if (token.kind === "number" && before !== "limit")
      return [{ kind: "constant", sql: replaced(token, String(changed(Number(token.text)))) }];
    if (token.kind === "string")
      return constants(token, literals).map((text) => ({
        kind: "constant",
        sql: replaced(token, `'${text.replaceAll("'", "''")}'`),
      }));
    if (token.kind !== "word") return [];
    if (tokens[index + 1]?.text === "(" && token.word in otherAggregate)
      return [{ kind: "aggregate", sql: replaced(token, otherAggregate[token.word]!) }];
    if (token.word === "desc") return [{ kind: "direction", sql: replaced(token, "ASC") }];
    if (token.word === "asc") return [{ kind: "direction", sql: replaced(token, "DESC") }];
    if (token.word === "where") return withoutFilter(sql, tokens, index);
    return [];
  });
}

/** Changes years and small numbers by one, other numbers by a tenth. */
const changed = (value: number) => (value <= 2100 ? value + 1 : Math.round(value * 1.1));

const otherAggregate: Record<string, string> = { max: "min", min: "max", avg: "max", sum: "avg" };

/** Replaces a literal by another one of the same queries. */
function constants(token: SqlToken, literals: readonly Literal[]): string[] {
  if (token.text.includes("%")) return [`%q${token.text}`];
  const others = literals.filter(
    (value) => typeof value === "string" && value.toLowerCase() !== token.word && !value.includes("%"),
  );
  return others.length > 0 ? [String(others[token.start % others.length])] : ["Nowhere"];
}

/** Removes one condition of WHERE. */
function withoutFilter(sql: string, tokens: readonly SqlToken[], where: number): Mutation[] {
  let depth = 0;
  let between = false;
  for (let at = where + 1; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === "(") depth++;
    if (token?.text === ")") depth--;
    if (token?.word === "between") between = true;
    const isAnd = depth === 0 && token?.word === "and";
    if (isAnd && between) between = false;
    else if (isAnd) return [{ kind: "filter", sql: sql.slice(0, tokens[where]!.end) + sql.slice(token.end) }];
    else if (depth === 0 && token?.word === "or") return [];
    else if (
      !token ||
      depth < 0 ||
      (depth === 0 && ["group", "order", "limit", "union", "intersect", "except", ";"].includes(token.word))
    ) {
      return [{ kind: "filter", sql: `${sql.slice(0, tokens[where]!.start)} ${token ? sql.slice(token.start) : ""}` }];
    }
  }
  return [];
}
