import { Problem } from "@platform/kit/problem.ts";

/**
 * What refuses a statement, the first of them that can: a look at its text (`statement`), the server's grammar (`syntax`), what the
 * planner expects (`cost limit`), the transaction that cannot write, the role's rights, the time and the size it may take.
 */
export type Layer =
  | "statement"
  | "syntax"
  | "cost limit"
  | "read-only transaction"
  | "role"
  | "time limit"
  | "size limit";

/** A statement that is not run, or not to its end, for safety's sake. */
export function refusal(layer: Layer, detail: string, extra: Record<string, unknown> = {}): Problem {
  return new Problem(layer === "syntax" ? 400 : 403, detail, { layer, ...extra });
}

/** A statement whose text shows that it does something else than to read. */
export function notReading(what: string): Problem {
  return refusal("statement", `Only one statement that reads is run here: ${what}.`);
}

/** A statement that the planner expects to cost too much. */
export function tooCostly(cost: number, maxCost: number, unit: string): Problem {
  const figure = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  return refusal(
    "cost limit",
    `The database expects to need ${figure.format(cost)} ${unit} for that, more than the ${figure.format(maxCost)} that are allowed. Ask for less: fewer tables at once, a narrower condition.`,
    { cost },
  );
}
