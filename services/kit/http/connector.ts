import { buildConnector } from "undici";

/** Milliseconds for one attempt: long enough for a lost packet, which is sent again after a second. */
const timeoutMs = 1500;

/** Milliseconds before each further attempt. */
const pausesMs = [100, 200, 400, 800];

/** Milliseconds after the first attempt from which on no other begins. */
const patienceMs = 3500;

/**
 * Connects to a service, and again where that fails: a Service leads each new connection to any of its pods, also to one that was
 * killed a moment ago, until the cluster has noticed. No request has been sent by then, so none is made twice.
 */
export function persistentConnector(connect = buildConnector({ timeout: timeoutMs })): buildConnector.connector {
  return (options, callback) => {
    const start = performance.now();
    const attempt = ([pauseMs, ...later]: readonly number[]) =>
      connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (error === null) callback(null, socket);
        else if (pauseMs === undefined || performance.now() - start + pauseMs > patienceMs) callback(error, null);
        else setTimeout(attempt, pauseMs, later);
      });
    attempt(pausesMs);
  };
}
