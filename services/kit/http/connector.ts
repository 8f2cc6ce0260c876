import { buildConnector } from "undici";

/** Milliseconds for one attempt: enough for one lost packet, which TCP sends again after a second. */
const timeoutMs = 1500;

/** Milliseconds before each further attempt. */
const pausesMs = [100, 200, 400, 800];

/** Milliseconds after the first attempt from which on no other begins. */
const limitMs = 3500;

/**
 * Connects to a service and retries: until the cluster notices that a pod was killed, its Service still leads new
 * connections to it. No request has been sent by then, so none is made twice.
 */
export function persistentConnector(connect = buildConnector({ timeout: timeoutMs })): buildConnector.connector {
  return (options, callback) => {
    const start = performance.now();
    const attempt = ([pauseMs, ...later]: readonly number[]) =>
      connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (error === null) callback(null, socket);
        else if (pauseMs === undefined || performance.now() - start + pauseMs > limitMs) callback(error, null);
        else setTimeout(attempt, pauseMs, later);
      });
    attempt(pausesMs);
  };
}
