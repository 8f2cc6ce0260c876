import type { SqlStatement } from "@chatdb/contracts/query.ts";
import pg from "pg";

const explain = "EXPLAIN (FORMAT JSON) ";

/**
 * Asks the planner for a statement's total cost. One unit is about the time to read one page sequentially:
 * https://www.postgresql.org/docs/current/using-explain.html
 */
export async function estimateCost(client: pg.ClientBase, { sql, params = [] }: SqlStatement): Promise<number> {
  const { rows } = await client
    .query<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }>(explain + sql, [...params])
    .catch(shiftPosition);
  return rows[0]!["QUERY PLAN"][0].Plan["Total Cost"];
}

/** Makes an error's position count from the statement's start, without the EXPLAIN before it. */
function shiftPosition(error: unknown): never {
  if (error instanceof pg.DatabaseError && error.position !== undefined)
    error.position = String(Number(error.position) - explain.length);
  throw error;
}
