import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { Driver } from "./driver.ts";

/** Messages of the three drivers when no connection was free or made in time. */
const noConnection =
  /timeout exceeded when trying to connect|Connection terminated due to connection timeout|Timed out while checking out a connection|Server selection timed out/;

/** Translates an error of a data source for the caller. */
export function problemOf(error: unknown, dataSource: string, driver: Pick<Driver, "problemOf">): Problem {
  if (error instanceof Problem) return error;
  const problem = driver.problemOf(error);
  // An error of the server names the data source; an error in the statement does not need to.
  if (problem)
    return problem.status < 500 || problem.status === 504
      ? problem
      : new Problem(problem.type, `The data source "${dataSource}" failed: ${problem.message}.`, problem.extra, {
          cause: error,
        });
  const reason = error instanceof Error ? messageOf(error) : String(error);
  if (noConnection.test(reason)) {
    return new Problem(
      chatdbProblems.dataSourceUnavailable,
      `The data source "${dataSource}" gave no connection in time: it is down, or all connections are busy. Try again.`,
      {},
      { cause: error },
    );
  }
  return new Problem(
    chatdbProblems.dataSourceUnreachable,
    `The data source "${dataSource}" cannot be reached: ${reason}.`,
    {},
    { cause: error },
  );
}

/** Joins the reasons of a refused connection: if a name has several addresses, the message itself is empty. */
function messageOf(error: Error): string {
  return error instanceof AggregateError
    ? error.errors.map((each) => (each as Error).message).join("; ")
    : error.message;
}
