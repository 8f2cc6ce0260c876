import type { ProblemType } from "./problem-type.ts";

/** The media type of RFC 9457 (Problem Details for HTTP APIs). */
export const problemMediaType = "application/problem+json";

/** The body of an error response, as in RFC 9457 section 3.1. */
export interface ProblemBody {
  /** The problem type's URN, which programs compare. */
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  requestId?: string;
  [extension: string]: unknown;
}

/**
 * An error meant for the caller. Thrown anywhere in a handler, it is answered as application/problem+json.
 * `type` decides the status; `detail` says what was wrong and what to do; `extra` adds members to the body.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly type: ProblemType;
  readonly status: number;
  readonly extra: Record<string, unknown>;

  constructor(type: ProblemType, detail: string, extra: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(detail, options);
    this.type = type;
    this.status = type.status;
    this.extra = extra;
  }

  body(request: { instance: string; requestId: string }): ProblemBody {
    const { urn, title, status } = this.type;
    return { ...this.extra, type: urn, title, status, detail: this.message, ...request };
  }
}

/** Whether an error is a problem of one of these types, made here or received from another service. */
export function isProblem(error: unknown, ...types: readonly ProblemType[]): error is Problem {
  return error instanceof Problem && types.some(({ urn }) => urn === error.type.urn);
}
