import type { Logger } from "@platform/kit/log.ts";
import { retry } from "@platform/kit/retry.ts";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import { describeError } from "./describe-error.ts";

export interface WhenUsableOptions {
  /** The server, for the log and the error: "PostgreSQL at db:5432". */
  what: string;
  log: Logger;
  /**
   * Milliseconds in which the server must become usable. Default 60,000: a new NetworkPolicy or DNS record takes a
   * moment.
   */
  limitMs?: number;
  /** Milliseconds between attempts. Default 500. */
  pauseMs?: number;
  /** Decides whether another attempt may succeed. Default: {@link isUnavailable}. */
  isTransient?: (error: unknown) => boolean;
}

/**
 * Calls until the server can be used.
 * @throws Error after the limit, with the server and the last failure; at once the first failure that is not transient
 */
export async function whenUsable<T>(attempt: () => Promise<T>, options: WhenUsableOptions): Promise<T> {
  const { what, log, limitMs = 60_000, pauseMs = 500, isTransient = isUnavailable } = options;
  const onFailure = (error: unknown, failures: number) => {
    if (failures === 1)
      log.info(`${what} cannot be used yet (${describeError(error)}); trying for up to ${limitMs / 1000} s`);
  };
  try {
    return await retry(attempt, { isTransient, limitMs, pauseMs, maxPauseMs: pauseMs, onFailure });
  } catch (error) {
    if (!isTransient(error)) throw error;
    throw new Error(`${what} could not be used within ${limitMs / 1000} s: ${describeError(error)}`, { cause: error });
  }
}
