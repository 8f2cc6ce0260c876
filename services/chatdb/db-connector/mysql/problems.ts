import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { ProblemType } from "@platform/kit/problem-type.ts";
import { refusal } from "../refusal.ts";
import { timeoutProblem } from "../watchdog.ts";

interface MysqlError extends Error {
  errno: number;
  code: string;
  sqlState?: string;
  sqlMessage?: string;
}

/**
 * Errors: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and
 * https://mariadb.com/kb/en/mariadb-error-codes/
 */
const byNumber: Record<number, (message: string) => Problem> = {
  1792: (message) => refusal("read-only transaction", `Only queries that read are run here: ${message}.`),
  1836: (message) => refusal("read-only transaction", `Only queries that read are run here: ${message}.`),
  1317: () => timeoutProblem(),
  1969: () => timeoutProblem(),
  3024: () => timeoutProblem(),
  1295: (message) => refusal("statement", `Only one statement that reads is run here: ${message}.`),
};
for (const denied of [1044, 1142, 1143, 1227, 1370])
  byNumber[denied] = (message) => refusal("role", `The data source's user may not do that: ${message}.`);

/**
 * Problem type of errors of the server or login: access denied, unknown database, too many connections, shutting down.
 */
const serverErrors: Record<number, ProblemType> = {
  1040: chatdbProblems.dataSourceUnavailable,
  1203: chatdbProblems.dataSourceUnavailable,
  1226: chatdbProblems.dataSourceUnavailable,
  1053: chatdbProblems.dataSourceUnavailable,
  1045: chatdbProblems.dataSourceUnreachable,
  1049: chatdbProblems.dataSourceUnreachable,
  1130: chatdbProblems.dataSourceUnreachable,
  1698: chatdbProblems.dataSourceUnreachable,
};

/** Translates an error of the server for the caller. */
export function problemOf(error: unknown): Problem | undefined {
  if (!isServerError(error)) return undefined;
  const { errno, sqlState: sqlstate, sqlMessage = error.message } = error;
  const known = byNumber[errno];
  if (known) return known(sqlMessage);
  const type = serverErrors[errno];
  if (type !== undefined) return new Problem(type, sqlMessage, { sqlstate, errno });
  return new Problem(chatdbProblems.queryInvalid, `The database refused the statement: ${sqlMessage}.`, {
    sqlstate,
    errno,
  });
}

/** Distinguishes server errors from network errors, whose numbers are the operating system's and negative. */
function isServerError(error: unknown): error is MysqlError {
  return (
    error instanceof Error &&
    "sqlState" in error &&
    typeof (error as MysqlError).errno === "number" &&
    (error as MysqlError).errno > 0
  );
}
