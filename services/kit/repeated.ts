import { setImmediate } from "node:timers/promises";

/** How Node.js and undici name the end of a connection that a request was on. */
const brokenOff = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

const attempts = 3;

/**
 * Makes a request that changes nothing, and again where its connection breaks off before an answer begins: a server closes an
 * idle connection when a request is on its way already, or its pod is killed. A client may do so (RFC 9110, section 9.2.2).
 */
export async function repeated<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === attempts || !brokenOff.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      // Other connections to the same process ended with it, which is noticed now: none of them is taken for the next attempt.
      await setImmediate();
    }
  }
}

/** Whether a request of this method changes nothing (RFC 9110, section 9.2.1). */
export function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
