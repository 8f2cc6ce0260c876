import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import { isProblem, Problem } from "@platform/kit/problem.ts";
import { isTransientProblem } from "@platform/kit/transient-errors.ts";
import { UsageError } from "@platform/kit/usage-error.ts";

/** What a script learns from the command's end; docs/errors.md describes them. */
export const exitCodes = {
  success: 0,
  failure: 1,
  usage: 2,
  clarification: 3,
  refused: 4,
  unavailable: 5,
  interrupted: 130,
} as const;

/** Problems that only another question or query avoids. */
const refusals = [
  chatdbProblems.questionNotUnderstood,
  chatdbProblems.queryInvalid,
  chatdbProblems.queryNotReadOnly,
  chatdbProblems.queryNotPermitted,
  chatdbProblems.queryTooExpensive,
  chatdbProblems.queryTimeout,
  chatdbProblems.resultTooLarge,
];

/** The exit code of a command that failed with this error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (isProblem(error, chatdbProblems.clarificationNeeded)) return exitCodes.clarification;
  if (isProblem(error, ...refusals)) return exitCodes.refused;
  return error instanceof Problem && isTransientProblem(error) ? exitCodes.unavailable : exitCodes.failure;
}
