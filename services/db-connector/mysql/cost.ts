import type { Parameter } from "@chatdb/contracts/query.ts";
import { tooCostly } from "../refusal.ts";
import type { Session, Step } from "./pool.ts";

/**
 * Asks the planner how many rows it expects to look at: of each SELECT, those of its first table, for each of them that is left
 * those of the second, and so on. That also has the server's own grammar read the statement before it runs, and as one that EXPLAIN takes.
 * @throws Problem when they are more than `maxCost`
 */
export async function checkCost(session: Session, sql: string, params: readonly Parameter[], maxCost: number): Promise<void> {
  const cost = rowsExamined(await session.explain(sql, params));
  if (cost > maxCost) throw tooCostly(cost, maxCost, "rows to look at");
}

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
