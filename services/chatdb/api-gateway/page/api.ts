import type { Answer, AskedBack } from "@chatdb/contracts/answer.ts";
import type { DataSourceList } from "@chatdb/contracts/data-sources.ts";
import type { Feedback } from "@chatdb/contracts/feedback.ts";
import type { DatabaseSchema, ExportRequest, ParseRequest } from "@chatdb/contracts/query.ts";
import { token } from "./sign-in/session.ts";
import { askForToken } from "./sign-in/sign-in-dialog.ts";

/** The gateway's reason for not answering. */
export interface ProblemBody extends Partial<AskedBack> {
  detail: string;
}

export class GatewayError extends Error {
  /** 0 where the gateway could not be reached. */
  readonly status: number;
  readonly problem: ProblemBody;

  constructor(status: number, problem: ProblemBody) {
    super(problem.detail);
    this.status = status;
    this.problem = problem;
  }
}

interface Options {
  /** Default: POST where there is a body, else GET. */
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** @throws GatewayError; the signal's reason when it was stopped */
export async function call(path: string, options: Options = {}): Promise<Response> {
  let response = await send(path, options);
  if (response.status === 401) {
    const refused = await problemOf(response);
    if (!(await askForToken(refused.message))) throw refused;
    response = await send(path, options);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** What a JSON answer says; the gateway and the page are of one version. */
export const read = async <T>(path: string, options?: Options) => (await (await call(path, options)).json()) as T;

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

/** The header with the token, where there is one. */
export async function authorization(): Promise<Record<string, string>> {
  const bearer = await token();
  return bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
}

export const unreachable = () =>
  new GatewayError(0, { detail: "The gateway cannot be reached. Try again in a moment." });

const problemOf = async (response: Response) => refusal(response.status, await response.text().catch(() => ""));

/** What an answer with this status says, in JSON or not. */
export function refusal(status: number, text: string): GatewayError {
  let body: Partial<ProblemBody> = {};
  try {
    body = JSON.parse(text) as Partial<ProblemBody>;
  } catch {
    // It says nothing but its status.
  }
  return new GatewayError(status, { ...body, detail: body.detail ?? `The gateway answered ${status}.` });
}

export const ask = (request: ParseRequest, signal: AbortSignal) => read<Answer>("/query", { body: request, signal });
export const dataSources = async () => (await read<DataSourceList>("/datasources")).datasources;
export const schemaOf = (datasource: string) =>
  read<DatabaseSchema>(`/datasources/${encodeURIComponent(datasource)}/schema`);
export const sendFeedback = (feedback: Feedback) => call("/feedback", { body: feedback });
export const exportRows = async (datasource: string, request: ExportRequest) =>
  (await call(`/datasources/${encodeURIComponent(datasource)}/export`, { body: request })).blob();
