import { platformProblems } from "@platform/kit/problem-types.ts";
import { isProblem, Problem } from "@platform/kit/problem.ts";

/** Describes an error for people. If no gateway answered, the text says how to name another. */
export function messageOf(error: unknown, url: string | undefined): string {
  const { message, cause } = error as Error;
  if (url === undefined || !(error instanceof Problem)) return message;
  const { origin } = new URL(url);
  const { invalidRequest, upstreamInvalidAnswer, upstreamRefused } = platformProblems;
  if (isProblem(error, invalidRequest)) return withoutParts(message);
  // The gateway's own problems have no cause and do not name its address.
  if (cause === undefined && !(isProblem(error, upstreamInvalidAnswer, upstreamRefused) && message.includes(origin)))
    return message;
  return `${withoutPaths(message)}
The gateway's address is ${url}: set CHATDB_URL or --url to another, or start one with "npm start".`;
}

/** Leaves out where in the answer the first difference is, which helps only who develops the gateway. */
const withoutPaths = (message: string) => message.replace(/( answered what was not expected): [^]*/, "$1");

/** Leaves out the part of the request in which a name is: people know "query" and not "body.query". */
const withoutParts = (message: string) =>
  message.replace(/(^|\. |; )(?:body|params|querystring)(?:\.(?=\S+: )|: )/g, "$1");
