import { codeOf } from "../transient-errors.ts";
import { retry } from "../retry.ts";

/** Codes of Node.js and undici for a connection that ended while a request was on it. */
const brokenConnection = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

const attempts = 3;

/**
 * Sends a request that changes nothing, and again if its connection breaks before an answer begins: a server may close
 * an idle connection at the moment when a request is sent, and its pod may be killed. RFC 9110, section 9.2.2, allows
 * that.
 */
export function retrySafely<T>(send: () => Promise<T>): Promise<T> {
  // The pause of a tick lets the pool notice that other connections to the same process ended, too.
  return retry(send, { attempts, pauseMs: 0, isTransient: (error) => brokenConnection.has(codeOf(error)) });
}

/** Whether a request of this method changes nothing (RFC 9110, section 9.2.1). */
export function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
