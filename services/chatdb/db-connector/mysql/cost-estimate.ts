import type { Parameter } from "@chatdb/contracts/query.ts";
import type { PlanStep, Session } from "./session.ts";

/**
 * Asks the planner how many rows it expects to examine. EXPLAIN also makes the server's own grammar read the statement
 * before it runs.
 */
export async function estimateCost(session: Session, sql: string, params: readonly Parameter[]): Promise<number> {
  return rowsExamined(await session.explain(sql, params));
}

/**
 * Sums the examined rows: for each SELECT those of its first table, for each row left those of the second, and so on.
 */
export function rowsExamined(steps: readonly PlanStep[]): number {
  let total = 0;
  for (const joined of Map.groupBy(steps, ({ id }) => id).values()) {
    let reached = 1;
    for (const { rows, filtered } of joined) {
      total += reached * rows;
      reached *= rows * (filtered / 100);
    }
  }
  return total;
}
