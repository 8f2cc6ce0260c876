import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@platform/kit/log.ts";

export interface RetryOptions {
  /** What is tried, for the log and the error: "PostgreSQL at db:5432". */
  what: string;
  log: Logger;
  /** How long to go on, in ms. Default 60 000: a new NetworkPolicy or a DNS record may take a moment. */
  limitMs?: number;
  /** Pause between attempts, in ms. Default 500. */
  pauseMs?: number;
  /** Which failures may pass with time. Default: those of the network. */
  mayPass?: (error: unknown) => boolean;
}

/**
 * Tries until it works.
 * @throws Error after the limit, naming what was tried and the last failure; a failure that time does not heal, at once
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { what, log, limitMs = 60_000, pauseMs = 500, mayPass = isNetworkFailure } = options;
  const end = performance.now() + limitMs;
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (performance.now() + pauseMs > end) {
        throw new Error(`${what} could not be used within ${limitMs / 1000} s: ${describe(error)}`, { cause: error });
      }
      if (count === 1)
        log.info(`${what} cannot be used yet (${describe(error)}); trying for up to ${limitMs / 1000} s`);
    }
    await delay(pauseMs);
  }
}

const networkCodes = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_SOCKET",
  "PLT_KFK_NETWORK",
  "PLT_KFK_TIMEOUT",
]);

/** Whether an error, or one that it wraps, says that the other side was not reached or broke off. */
export function isNetworkFailure(error: unknown): boolean {
  return (
    networkCodes.has(codeOf(error)) ||
    (error instanceof Error && (error.name === "TimeoutError" || isNetworkFailure(error.cause))) ||
    (error instanceof AggregateError && error.errors.some(isNetworkFailure))
  );
}

/** The `code` of an error; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** An error in one line. Kafka's client and the Happy Eyeballs of Node.js gather errors, fetch wraps them: the reason is inside. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(describe))].join("; ");
  if (!(error instanceof Error)) return String(error);
  if (error.message === "fetch failed" && error.cause !== undefined) return describe(error.cause);
  return error.message || codeOf(error) || error.name;
}
