import type { Answer, Clarification } from "@chatdb/contracts/answer.ts";
import type { DataSourceList } from "@chatdb/contracts/data-sources.ts";
import type { Feedback } from "@chatdb/contracts/feedback.ts";
import type { DatabaseSchema, ExportRequest, ParseRequest } from "@chatdb/contracts/query.ts";
import { token } from "./sign-in/session.ts";
import { askForToken } from "./sign-in/sign-in-dialog.ts";

/** The body of a problem that the gateway answers with. */
export interface ProblemBody extends Partial<Clarification> {
  detail: string;
}

/** The gateway refused a request or could not be reached. */
export class GatewayError extends Error {
  /** The HTTP status; 0 if the gateway could not be reached. */
  readonly status: number;
  readonly problem: ProblemBody;

  constructor(status: number, problem: ProblemBody) {
    super(problem.detail);
    this.status = status;
    this.problem = problem;
  }
}

interface Options {
  /** Default: POST with a body, GET without. */
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends a request, and asks for a token if one is needed. @throws GatewayError, or the signal's reason */
export async function call(path: string, options: Options = {}): Promise<Response> {
  let response = await send(path, options);
  if (response.status === 401) {
    const unauthorized = await errorOf(response);
    if (!(await askForToken(unauthorized.message))) throw unauthorized;
    response = await send(path, options);
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Returns the JSON of an answer unchecked, since gateway and page have the same version. */
export const fetchJson = async <T>(path: string, options?: Options) => (await (await call(path, options)).json()) as T;

async function send(path: string, { method, body, headers = {}, signal }: Options): Promise<Response> {
  const json: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  try {
    return await fetch(`/api${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...(await authorization()), ...json, ...headers },
      ...sent,
      signal: signal ?? null,
    });
  } catch {
    signal?.throwIfAborted();
    throw unreachable();
  }
}

/** Returns the header with the token, if any. */
export async function authorization(): Promise<Record<string, string>> {
  const bearer = await token();
  return bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
}

export const unreachable = () =>
  new GatewayError(0, { detail: "The gateway cannot be reached. Try again in a moment." });

const errorOf = async (response: Response) => gatewayError(response.status, await response.text().catch(() => ""));

/** Creates the error for an answer, whose body may be a problem in JSON or anything else. */
export function gatewayError(status: number, text: string): GatewayError {
  let body: Partial<ProblemBody> = {};
  try {
    body = JSON.parse(text) as Partial<ProblemBody>;
  } catch {
    // The status is all there is to report.
  }
  return new GatewayError(status, { ...body, detail: body.detail ?? `The gateway answered ${status}.` });
}

export const ask = (request: ParseRequest, signal: AbortSignal) =>
  fetchJson<Answer>("/query", { body: request, signal });
export const dataSources = async () => (await fetchJson<DataSourceList>("/datasources")).datasources;
export const schemaOf = (datasource: string) =>
  fetchJson<DatabaseSchema>(`/datasources/${encodeURIComponent(datasource)}/schema`);
export const sendFeedback = (feedback: Feedback) => call("/feedback", { body: feedback });
export const exportRows = async (datasource: string, request: ExportRequest) =>
  (await call(`/datasources/${encodeURIComponent(datasource)}/export`, { body: request })).blob();
