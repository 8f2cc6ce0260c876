import type { Parameter } from "@chatdb/contracts/query.ts";
import type { Session, Step } from "./pool.ts";

/** The rows that the planner expects to look at. To ask it has the server's own grammar read the statement before it runs, as one that EXPLAIN takes. */
export async function estimateCost(session: Session, sql: string, params: readonly Parameter[]): Promise<number> {
  return rowsExamined(await session.explain(sql, params));
}

/** Of each SELECT, the rows of its first table, for each of them that is left those of the second, and so on. */
export function rowsExamined(steps: readonly Step[]): number {
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
