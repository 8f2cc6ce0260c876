import { normal, type Blocks, type Table } from "./compare-results.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import { sqlTokens, type SqlToken } from "./sql-tokens.ts";

export interface GoldRows {
  /** Rows that ORDER BY does not tell apart are in one block; without ORDER BY all are. */
  blocks: Blocks;
  /** LIMIT cuts between such rows, so that others would be as right. */
  cutsTie: boolean;
}

/**
 * What a gold query gives. Where the keys of its order cannot be selected along, with DISTINCT or after a set operation, each
 * row is a block.
 */
export function goldRows(db: SqliteDatabase, sql: string): GoldRows {
  const rows = db.query(sql);
  const order = orderOf(sql);
  if (!order) return { blocks: [rows], cutsTie: false };
  const keyed = order.keys && tryQuery(db, order.keys);
  if (!keyed) return { blocks: rows.map((row) => [row]), cutsTie: false };
  const width = rows[0]?.length ?? 0;
  const keyOf = (row: unknown[] | undefined) => row?.slice(width).map(normal).join("\t");
  const blocks: Blocks = [];
  keyed.slice(0, rows.length).forEach((row, index) => {
    if (index === 0 || keyOf(row) !== keyOf(keyed[index - 1])) blocks.push([]);
    blocks.at(-1)!.push(row.slice(0, width));
  });
  const next = keyed[rows.length];
  const tied = next && keyed.slice(0, rows.length).filter((row) => keyOf(row) === keyOf(next));
  const cutsTie = tied !== undefined && tied.some((row) => row.slice(0, width).map(normal).join("\t") !== next!.slice(0, width).map(normal).join("\t"));
  return { blocks, cutsTie };
}

function tryQuery(db: SqliteDatabase, sql: string): Table | undefined {
  try {
    return db.query(sql);
  } catch {
    // An alias among the keys, for example, cannot be selected.
    return undefined;
  }
}

/** Whether the outermost query has an order, and the query without its limit that selects the keys along. */
function orderOf(sql: string): { keys: string | undefined } | undefined {
  const top = topLevel(sqlTokens(sql));
  const words = top.map(({ kind, word }) => (kind === "word" ? word : ""));
  const order = words.lastIndexOf("order");
  if (order < 0) return undefined;
  const plain = !words.some((word) => word === "union" || word === "intersect" || word === "except") && words[1] !== "distinct";
  if (!plain) return { keys: undefined };
  const limit = words.indexOf("limit", order);
  const end = limit < 0 ? sql.replace(/[;\s]+$/, "").length : top[limit]!.start;
  const keys = sql.slice(top[order + 1]!.end, end).replaceAll(/\b(asc|desc)\b/gi, "");
  const from = top[words.indexOf("from")]!.start;
  return { keys: `${sql.slice(0, from)}, ${keys} ${sql.slice(from, end)}` };
}

function topLevel(tokens: readonly SqlToken[]): SqlToken[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (token.kind === "mark" && token.text === "(") depth++;
    if (token.kind === "mark" && token.text === ")") depth--;
    return depth === 0;
  });
}
