import type { SqlStatement } from "@chatdb/contracts/query.ts";
import pg from "pg";
import { tooCostly } from "../refusal.ts";

const explain = "EXPLAIN (FORMAT JSON) ";

/**
 * Asks the planner. Its unit is about the time of reading one page in sequence: https://www.postgresql.org/docs/current/using-explain.html
 * @throws Problem when it expects more than `maxCost`
 */
export async function checkCost(client: pg.ClientBase, { sql, params = [] }: SqlStatement, maxCost: number): Promise<void> {
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }>(explain + sql, [...params]).catch(shift);
  const cost = rows[0]!["QUERY PLAN"][0].Plan["Total Cost"];
  if (cost > maxCost) throw tooCostly(cost, maxCost, "units of cost");
}

/** An error's position is told for the statement without what stands before it here. */
function shift(error: unknown): never {
  if (error instanceof pg.DatabaseError && error.position !== undefined) error.position = String(Number(error.position) - explain.length);
  throw error;
}
