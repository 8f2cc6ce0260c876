import type { DataSourceList } from "@chatdb/contracts/data-sources.ts";
import type { Feedback } from "@chatdb/contracts/feedback.ts";
import type { DatabaseSchema, Interpretation, ParseRequest } from "@chatdb/contracts/query.ts";
import type { Answer } from "../query.ts";
import { askForToken, token } from "./sign-in.ts";

/** The gateway's reason for not answering. */
export interface ProblemBody {
  detail: string;
  /** What may have been meant, where it asks back. */
  alternatives?: Interpretation[];
  /** Words that were not understood. */
  words?: string[];
  hints?: string[];
}

export class Refused extends Error {
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
  body?: unknown;
  signal?: AbortSignal;
}

/** @throws Refused; the signal's reason when it was stopped */
async function call<T>(path: string, { body, signal }: Options = {}): Promise<T> {
  const response = await send(path, { body, signal });
  if (response.status !== 401) return await read<T>(response);
  const refused = await problemOf(response);
  if (!(await askForToken(refused.message))) throw refused;
  return await read<T>(await send(path, { body, signal }));
}

async function send(path: string, { body, signal }: Options): Promise<Response> {
  const headers = new Headers(token() === undefined ? {} : { authorization: `Bearer ${token()}` });
  if (body !== undefined) headers.set("content-type", "application/json");
  const post = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  try {
    return await fetch(`/api${path}`, { headers, ...post, signal: signal ?? null });
  } catch {
    signal?.throwIfAborted();
    throw new Refused(0, { detail: "The gateway cannot be reached. Try again in a moment." });
  }
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response): Promise<Refused> {
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>;
  return new Refused(response.status, { ...body, detail: body.detail ?? `The gateway answered ${response.status}.` });
}

export const ask = (request: ParseRequest, signal: AbortSignal) => call<Answer>("/query", { body: request, signal });
export const dataSources = async () => (await call<DataSourceList>("/datasources")).datasources;
export const schemaOf = (datasource: string) => call<DatabaseSchema>(`/datasources/${encodeURIComponent(datasource)}/schema`);
export const giveFeedback = (feedback: Feedback) => call<void>("/feedback", { body: feedback });
