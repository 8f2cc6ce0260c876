import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { ProblemType } from "@platform/kit/problem-type.ts";

/**
 * The layer of defence that refused a statement, in order: the check of its text (`statement`), the server's grammar
 * (`syntax`), the planner's estimate (`cost limit`), the read-only transaction, the role's privileges, time and size.
 */
export type Layer =
  | "statement"
  | "syntax"
  | "cost limit"
  | "read-only transaction"
  | "role"
  | "time limit"
  | "size limit";

const typeOf: Record<Layer, ProblemType> = {
  statement: chatdbProblems.queryNotReadOnly,
  syntax: chatdbProblems.queryInvalid,
  "cost limit": chatdbProblems.queryTooExpensive,
  "read-only transaction": chatdbProblems.queryNotReadOnly,
  role: chatdbProblems.queryNotPermitted,
  "time limit": chatdbProblems.queryTimeout,
  "size limit": chatdbProblems.queryTooExpensive,
};

/** Refuses a statement for safety. */
export function refusal(layer: Layer, detail: string, extra: Record<string, unknown> = {}): Problem {
  return new Problem(typeOf[layer], detail, { layer, ...extra });
}

/** Refuses a statement whose text shows that it does more than read. */
export function notReadOnly(what: string): Problem {
  return refusal("statement", `Only one statement that reads is run here: ${what}.`);
}

/** Refuses a statement whose estimated cost is too high. */
export function costRefusal(cost: number, maxCost: number, unit: string): Problem {
  const figure = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  return refusal(
    "cost limit",
    `The database expects to need ${figure.format(cost)} ${unit} for that, more than the ${figure.format(maxCost)} that are allowed. Ask for less: fewer tables at once, a narrower condition.`,
    { cost },
  );
}
