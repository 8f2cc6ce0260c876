import { Problem } from "@platform/kit/problem.ts";

/** Describes an error for people. If the gateway did not answer, the text says how to name another. */
export function messageOf(error: unknown, url: string | undefined): string {
  const { message, cause } = error as Error;
  // Only a failed connection has a cause: a problem that the gateway answered has none.
  if (url === undefined || !(error instanceof Problem) || cause === undefined) return message;
  return `${message}
The gateway's address is ${url}: set CHATDB_URL or --url to another, or start one with "npm start".`;
}
