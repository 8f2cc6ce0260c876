import type { SqlStatement } from "@chatdb/contracts/query.ts";
import pg from "pg";

const explain = "EXPLAIN (FORMAT JSON) ";

/** What the planner expects. Its unit is about the time of reading one page in sequence: https://www.postgresql.org/docs/current/using-explain.html */
export async function estimateCost(client: pg.ClientBase, { sql, params = [] }: SqlStatement): Promise<number> {
  const { rows } = await client
    .query<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }>(explain + sql, [...params])
    .catch(shift);
  return rows[0]!["QUERY PLAN"][0].Plan["Total Cost"];
}

/** An error's position is told for the statement without what stands before it here. */
function shift(error: unknown): never {
  if (error instanceof pg.DatabaseError && error.position !== undefined)
    error.position = String(Number(error.position) - explain.length);
  throw error;
}
