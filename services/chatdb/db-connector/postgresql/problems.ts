import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import pg from "pg";
import { refusal } from "../refusal.ts";
import { timeoutProblem } from "../watchdog.ts";

/** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byCode: Record<string, (error: pg.DatabaseError) => Problem> = {
  "25006": (error) => refusal("read-only transaction", `Only queries that read are run here: ${error.message}.`),
  "42501": (error) => refusal("role", `The data source's role may not do that: ${error.message}.`),
  "57014": () => timeoutProblem(),
  "08P01": (error) => refused(error),
};

/** SQLSTATE classes that blame the statement. */
const statementErrors = new Set(["0A", "21", "22", "23", "24", "25", "26", "34", "42", "44", "54", "P0"]);

function refused(error: pg.DatabaseError): Problem {
  const { position, hint, code } = error;
  const at = position === undefined ? "" : ` at character ${position}`;
  return new Problem(chatdbProblems.queryInvalid, `The database refused the statement${at}: ${error.message}.`, {
    sqlstate: code,
    ...(position === undefined ? {} : { position: Number(position) }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Translates an error of the server for the caller. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return undefined;
  const known = byCode[error.code];
  if (known) return known(error);
  if (statementErrors.has(error.code.slice(0, 2))) return refused(error);
  // Class 53: out of memory, disk or connections. Classes 28 and 3D: the login or database is wrong.
  const type = error.code.startsWith("53")
    ? chatdbProblems.dataSourceUnavailable
    : chatdbProblems.dataSourceUnreachable;
  return new Problem(type, error.message, { sqlstate: error.code });
}
