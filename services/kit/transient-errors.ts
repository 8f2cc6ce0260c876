import { Problem } from "./problem.ts";

/** Codes of Node.js, undici and the Kafka client for a server that was not reached, broke off or did not answer. */
const networkCodes = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
  "PLT_KFK_NETWORK",
  "PLT_KFK_TIMEOUT",
]);

/**
 * SQLSTATEs of PostgreSQL: classes 08 (connection) and 53 (no disk, memory or connection left), and 57P0x (shutting
 * down, starting up).
 */
const postgresStates = /^(08...|53...|57P0.)$/;

/** Messages of pg for connections that broke or were not made in time; these errors have no code. */
const postgresMessages =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** HTTP statuses below 500 after which the same request may succeed later. */
const transientStatuses = new Set([408, 425, 429]);

/** Whether a server cannot be used for the moment: the request itself is not at fault, so a later one may succeed. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  const code = codeOf(error);
  if (networkCodes.has(code) || postgresStates.test(code) || error.name === "TimeoutError") return true;
  return (code === "" && postgresMessages.test(error.message)) || isUnavailable(error.cause);
}

/** Whether the same request may succeed later, judged by the status of the problem that it met. */
export function isTransientProblem({ status }: Problem): boolean {
  return status >= 500 || transientStatuses.has(status);
}

/** Whether the same call may succeed later: a server is unavailable, or answered a problem that heals with time. */
export function isTransient(error: unknown): boolean {
  return error instanceof Problem ? isTransientProblem(error) : isUnavailable(error);
}

/** The `code` of an error; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
