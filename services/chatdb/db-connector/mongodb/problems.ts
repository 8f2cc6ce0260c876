import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { ProblemType } from "@platform/kit/problem-type.ts";
import { MongoServerError } from "mongodb";
import { refusal } from "../refusal.ts";
import { timeoutProblem } from "../watchdog.ts";

/** Codes: https://www.mongodb.com/docs/manual/reference/error-codes/ */
const byCode: Record<number, (error: MongoServerError) => Problem> = {
  13: (error) => refusal("role", `The data source's user may not do that: ${error.message}.`),
  50: () => timeoutProblem(),
  292: (error) => refusal("size limit", `That needs more memory than a query may have: ${error.message}.`),
  11601: () => timeoutProblem(),
};

/** Problem type of errors of the server: authentication failed, shutting down, not primary and the like. */
const serverErrors: Record<number, ProblemType> = {
  18: chatdbProblems.dataSourceUnreachable,
  91: chatdbProblems.dataSourceUnavailable,
  189: chatdbProblems.dataSourceUnavailable,
  11600: chatdbProblems.dataSourceUnavailable,
  13435: chatdbProblems.dataSourceUnavailable,
  13436: chatdbProblems.dataSourceUnavailable,
};

/** Translates an error of the server for the caller. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof MongoServerError)) return undefined;
  const code = Number(error.code);
  const known = byCode[code];
  if (known) return known(error);
  const type = serverErrors[code];
  if (type !== undefined) return new Problem(type, error.message, { code });
  return new Problem(chatdbProblems.queryInvalid, `The database refused the pipeline: ${error.message}.`, {
    code,
    ...(error.codeName === undefined ? {} : { code_name: error.codeName }),
  });
}
