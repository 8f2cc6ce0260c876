import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { errors, Pool } from "undici";
import { z } from "zod";
import { persistentConnector } from "./connector.ts";
import { parseJson } from "../json.ts";
import { Problem } from "../problem.ts";
import { platformProblems } from "../problem-types.ts";
import { receivedProblem } from "./received-problem.ts";
import { isSafe, retrySafely } from "./retry-safe-request.ts";

export interface CallOptions {
  /** Sent on as x-request-id. */
  requestId?: string;
  headers?: Record<string, string>;
  /** Ends the call early; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds from the end of the request's body to the answer's head. Default: the client's. */
  timeoutMs?: number;
  /**
   * Sends the call again if its connection breaks before an answer. The call must change nothing. Default: for GET and
   * HEAD.
   */
  repeatable?: boolean;
}

export interface RequestOptions extends CallOptions {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: string | Buffer | Readable;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Must be read or destroyed, which frees the connection. */
  body: Readable;
}

/** Calls to one other service. All failures are Problems, to be answered as they are. */
export interface HttpClient {
  getJson<S extends z.ZodType>(path: string, schema: S, options?: CallOptions): Promise<z.infer<S>>;
  postJson<S extends z.ZodType>(path: string, body: unknown, schema: S, options?: CallOptions): Promise<z.infer<S>>;
  /** Any request, streamed both ways; answers of 400 and above are returned, not thrown. */
  request(path: string, options?: RequestOptions): Promise<Answer>;
  close(): Promise<void>;
}

/** Milliseconds that an answer's body may pause before the call fails. */
const bodyPauseMs = 30_000;

/**
 * A client of the service at `baseUrl`.
 * An error answer becomes a Problem of the same type, status and detail; unreachable or unintelligible: 502; too late:
 * 504.
 */
export function createHttpClient(baseUrl: string, { timeoutMs = 5000 }: { timeoutMs?: number } = {}): HttpClient {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/$/, "");
  const pool = new Pool(base.origin, { bodyTimeout: bodyPauseMs, connect: persistentConnector(), connections: 128 });

  async function request(path: string, options: RequestOptions = {}): Promise<Answer> {
    const { method = "GET", body, requestId, signal, repeatable = isSafe(method) } = options;
    const headers = { ...options.headers, ...(requestId !== undefined && { "x-request-id": requestId }) };
    const deadline = startDeadline(body, options.timeoutMs ?? timeoutMs);
    const either = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal;
    try {
      const send = () => pool.request({ path: prefix + path, method, headers, body, signal: either });
      const answer = await (repeatable ? retrySafely(send) : send());
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    } catch (error) {
      signal?.throwIfAborted();
      throw failureOf(error, `${method} ${base.origin}${prefix}${path}`);
    } finally {
      deadline.clear();
    }
  }

  async function json<S extends z.ZodType>(path: string, schema: S, options: RequestOptions): Promise<z.infer<S>> {
    const what = `${options.method} ${base.origin}${prefix}${path}`;
    const answer = await request(path, { ...options, headers: { accept: "application/json", ...options.headers } });
    const text = await readText(answer.body, what, options.signal);
    if (answer.status >= 400) throw receivedProblem(answer, text, what);
    const result = schema.safeParse(parseJson(text));
    if (result.success) return result.data;
    throw new Problem(
      platformProblems.upstreamInvalidAnswer,
      `${what} answered what was not expected: ${z.prettifyError(result.error)}`,
    );
  }

  return {
    request,
    getJson: (path, schema, options) => json(path, schema, { ...options, method: "GET" }),
    postJson: (path, body, schema, options) =>
      json(path, schema, {
        ...options,
        method: "POST",
        body: JSON.stringify(body),
        headers: { ...options?.headers, "content-type": "application/json" },
      }),
    close: () => pool.destroy(),
  };
}

class TooLate extends Error {}

/** Returns a signal that aborts `timeoutMs` after the body was sent; the upload itself has no limit. */
function startDeadline(body: RequestOptions["body"], timeoutMs: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let cleared = false;
  const start = () => {
    if (!cleared)
      timer = setTimeout(() => controller.abort(new TooLate(`no answer within ${timeoutMs} ms`)), timeoutMs);
  };
  // The wait for the answer begins after a failed upload, too, which fails the request anyway.
  if (body !== undefined && typeof body !== "string" && !Buffer.isBuffer(body))
    finished(body, { writable: false }).then(start, start);
  else start();
  return {
    signal: controller.signal,
    clear: () => {
      cleared = true;
      clearTimeout(timer);
    },
  };
}

const timeouts = [TooLate, errors.HeadersTimeoutError, errors.BodyTimeoutError, errors.ConnectTimeoutError];

function failureOf(error: unknown, what: string): Problem {
  const cause = error instanceof Error ? error : new Error(String(error));
  if (timeouts.some((type) => cause instanceof type))
    return new Problem(platformProblems.upstreamTimeout, `${what}: ${cause.message}`, {}, { cause });
  const code = (cause as NodeJS.ErrnoException).code;
  return new Problem(
    platformProblems.upstreamUnreachable,
    `${what} cannot be reached: ${cause.message || code || cause.name}`,
    {},
    { cause },
  );
}

async function readText(body: Readable, what: string, signal?: AbortSignal): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOf(error, what);
  }
}
