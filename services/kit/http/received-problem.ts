import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { parseJson } from "../json.ts";
import { Problem, problemMediaType } from "../problem.ts";
import { platformProblems } from "../problem-types.ts";

const problemBody = z.looseObject({ type: z.string().optional(), title: z.string().optional(), detail: z.string() });

/** Members of a problem that belong to one answer; whoever passes the problem on writes its own. */
const ownMembers = new Set(["type", "title", "status", "detail", "instance", "requestId"]);

interface ErrorAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * The problem that another service answered, with the same type, status, detail and further members.
 * An answer that is no problem document becomes `upstream-refused`.
 * @param what names the service or the call in the detail of the latter
 */
export function receivedProblem({ status, headers }: ErrorAnswer, text: string, what: string): Problem {
  const { data } = String(headers["content-type"]).startsWith(problemMediaType)
    ? problemBody.safeParse(parseJson(text))
    : {};
  const refused = platformProblems.upstreamRefused;
  if (data === undefined)
    return new Problem({ ...refused, status: status < 500 ? status : refused.status }, `${what} answered ${status}.`);
  const { type: urn = refused.urn, title = STATUS_CODES[status] ?? refused.title, detail } = data;
  const extra = Object.fromEntries(Object.entries(data).filter(([member]) => !ownMembers.has(member)));
  return new Problem({ urn, title, status }, detail, extra);
}
