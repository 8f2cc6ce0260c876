import { normal, type Blocks, type Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { sqlTokens, type SqlToken } from "./sql-tokens.ts";

export interface GoldRows {
  /** Rows that ORDER BY does not tell apart are in one block; without ORDER BY all are. */
  blocks: Blocks;
  /** LIMIT cuts between such rows, so that others would be as right. */
  cutsTie: boolean;
}

/** How a query orders its rows, and how to find the values that it orders them by. */
export interface Order {
  /** The query without its limit, which selects those values behind its own columns; not after DISTINCT or a set operation. */
  keyed?: string;
  /** Places of the values among the columns of the query, from 0; else they are behind them. */
  places: (number | undefined)[];
}

/** The order of the outermost query, in the dialect of SQLite or PostgreSQL; undefined when it has none. */
export function orderOf(sql: string): Order | undefined {
  const top = topLevel(sqlTokens(sql));
  const words = top.map(({ kind, word }) => (kind === "word" ? word : ""));
  const order = words.lastIndexOf("order");
  if (order < 0) return undefined;
  const combined = words.some((word) => word === "union" || word === "intersect" || word === "except");
  if (combined || words[1] === "distinct" || words.includes("offset")) return { places: [] };
  const limit = words.indexOf("limit", order);
  const last = limit < 0 ? top.length : limit;
  const keys = partsOf(top.slice(order + 2, last)).map((part) => sql.slice(part[0]!.start, part.at(-1)!.end));
  const places = keys.map((key) => (/^\d+$/.test(key) ? Number(key) - 1 : undefined));
  const selected = keys
    .filter((_, index) => places[index] === undefined)
    .map((key) => `, ${key}`)
    .join("");
  const from = top[words.indexOf("from")]!.start;
  return {
    places,
    keyed: `${sql.slice(0, from)}${selected} ${sql.slice(from, limit < 0 ? undefined : top[limit]!.start)}`,
  };
}

/** Puts the rows of a query into blocks; `keyed` are those of its order's query, undefined where that does not work. */
export function inBlocks(rows: Table, order: Order | undefined, keyed: Table | undefined): GoldRows {
  if (!order) return { blocks: [rows], cutsTie: false };
  if (!keyed) return { blocks: rows.map((row) => [row]), cutsTie: false };
  const width = rows[0]?.length ?? 0;
  const textOf = (values: unknown[]) => values.map(normal).join("\t");
  const keyOf = (row: unknown[]) =>
    textOf([...order.places.flatMap((place) => (place === undefined ? [] : [row[place]])), ...row.slice(width)]);
  const blocks: Blocks = [];
  keyed.slice(0, rows.length).forEach((row, index) => {
    if (index === 0 || keyOf(row) !== keyOf(keyed[index - 1]!)) blocks.push([]);
    blocks.at(-1)!.push(row.slice(0, width));
  });
  const next = keyed[rows.length];
  const tied = next ? keyed.slice(0, rows.length).filter((row) => keyOf(row) === keyOf(next)) : [];
  return { blocks, cutsTie: tied.some((row) => textOf(row.slice(0, width)) !== textOf(next!.slice(0, width))) };
}

function topLevel(tokens: readonly SqlToken[]): SqlToken[] {
  let depth = 0;
  return tokens.filter((token) => {
    const inside = depth;
    if (token.kind === "mark" && token.text === "(") depth++;
    if (token.kind === "mark" && token.text === ")") depth--;
    return inside === 0 || depth === 0;
  });
}

/** What the commas part, without the directions. */
function partsOf(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.text === ",") parts.push([]);
    else if (token.word !== "asc" && token.word !== "desc" && token.text !== ";") parts.at(-1)!.push(token);
  }
  return parts.filter(({ length }) => length > 0);
}
