import { codeOf } from "@platform/kit/transient-errors.ts";

/**
 * Describes an error in one line. Kafka's client and Node.js group errors and fetch wraps them, so the reason is
 * inside.
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(describeError))].join("; ");
  if (!(error instanceof Error)) return String(error);
  if (error.message === "fetch failed" && error.cause !== undefined) return describeError(error.cause);
  return error.message || codeOf(error) || error.name;
}
