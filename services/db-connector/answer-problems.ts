import { Problem } from "@chatdb/kit/problem.ts";
import pg from "pg";

/** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byCode: Record<string, (error: pg.DatabaseError) => Problem> = {
  "25006": (error) => new Problem(403, `Only queries that read are run here: ${error.message}.`),
  "42501": (error) => new Problem(403, `The data source's role may not do that: ${error.message}.`),
  "57014": () => new Problem(504, "The query took longer than it may. Ask for less, or allow more with timeout_ms."),
  "08P01": (error) => refused(error),
};

/** Classes of SQLSTATE in which the statement is at fault. */
const statementsFault = new Set(["0A", "21", "22", "23", "24", "25", "26", "34", "42", "44", "54", "P0"]);

function refused(error: pg.DatabaseError): Problem {
  const { position, hint, code } = error;
  const at = position === undefined ? "" : ` at character ${position}`;
  return new Problem(400, `The database refused the statement${at}: ${error.message}.`, {
    sqlstate: code,
    ...(position === undefined ? {} : { position: Number(position) }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What an error of a data source means to the caller. */
export function problemOf(error: unknown, dataSource: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    const known = byCode[error.code];
    if (known) return known(error);
    if (statementsFault.has(error.code.slice(0, 2))) return refused(error);
    // 53: out of memory, disk or connections. 28 and 3D: it does not let us in.
    const status = error.code.startsWith("53") ? 503 : 502;
    return new Problem(status, `The data source "${dataSource}" failed: ${error.message}.`, { sqlstate: error.code });
  }
  const reason = error instanceof Error ? messageOf(error) : String(error);
  if (/timeout exceeded when trying to connect/.test(reason)) {
    return new Problem(503, `The data source "${dataSource}" gave no connection in time: it is down, or all connections are busy. Try again.`);
  }
  return new Problem(502, `The data source "${dataSource}" cannot be reached: ${reason}.`, {}, { cause: error });
}

/** A refused connection to a name with several addresses has its reasons in `errors` and an empty message. */
function messageOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map((each) => (each as Error).message).join("; ") : error.message;
}
