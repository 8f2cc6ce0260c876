import { STATUS_CODES } from "node:http";

/** The media type of RFC 9457 (Problem Details for HTTP APIs). */
export const problemMediaType = "application/problem+json";

/** The body of an error response, as in RFC 9457 section 3.1. `type` is left out, which means "about:blank". */
export interface ProblemBody {
  title: string;
  status: number;
  detail: string;
  instance?: string;
  requestId?: string;
  [extension: string]: unknown;
}

/**
 * An error meant for the caller. Thrown anywhere in a handler, it is answered as application/problem+json.
 * `detail` says what was wrong and what to do; `extra` adds members to the body.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly extra: Record<string, unknown>;

  constructor(status: number, detail: string, extra: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.extra = extra;
  }

  body(request: { instance: string; requestId: string }): ProblemBody {
    return {
      ...this.extra,
      title: STATUS_CODES[this.status] ?? "Error",
      status: this.status,
      detail: this.message,
      ...request,
    };
  }
}
