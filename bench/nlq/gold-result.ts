import { normal, type Blocks, type Table } from "@chatdb/ml-engine/questions/same-result.ts";
import { sqlTokens, type SqlToken } from "./sql-tokens.ts";

export interface GoldRows {
  /** Rows that are equal in the order form one block; without ORDER BY all rows do. */
  blocks: Blocks;
  /** Whether LIMIT cuts between equal rows, so that other rows would be right too. */
  cutsTie: boolean;
}

/** The order of a query, and how to find the values that it sorts by. */
export interface Order {
  /**
   * The query without its limit, with the sort values appended to its columns; absent for DISTINCT and set operations.
   */
  keyed?: string;
  /** The positions of the sort values among the query's columns, from 0; undefined for appended ones. */
  places: (number | undefined)[];
}

/** Reads the order of the outermost query, in the dialect of SQLite or PostgreSQL; undefined without one. */
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

/**
 * Splits the rows of a query into blocks; `keyed` contains the rows with the sort values, undefined if they are not
 * available.
 */
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

/** Splits the terms at commas and drops the directions. */
function partsOf(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.text === ",") parts.push([]);
    else if (token.word !== "asc" && token.word !== "desc" && token.text !== ";") parts.at(-1)!.push(token);
  }
  return parts.filter(({ length }) => length > 0);
}
