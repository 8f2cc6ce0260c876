import { Problem } from "@platform/kit/problem.ts";
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

/** Status for errors of the server: authentication failed, shutting down, not primary and the like. */
const serverErrors: Record<number, number> = { 18: 502, 91: 503, 189: 503, 11600: 503, 13435: 503, 13436: 503 };

/** Translates an error of the server for the caller. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof MongoServerError)) return undefined;
  const code = Number(error.code);
  const known = byCode[code];
  if (known) return known(error);
  const status = serverErrors[code];
  if (status !== undefined) return new Problem(status, error.message, { code });
  return new Problem(400, `The database refused the pipeline: ${error.message}.`, {
    code,
    ...(error.codeName === undefined ? {} : { code_name: error.codeName }),
  });
}
