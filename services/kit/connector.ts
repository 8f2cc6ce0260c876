import { buildConnector } from "undici";

/** Milliseconds for one attempt: long enough for a lost packet, which is sent again after a second. */
const timeoutMs = 1500;
const attempts = 3;
const pauseMs = 100;

/**
 * Connects to a service, and again where that fails: a Service leads each new connection to any of its pods, also to one that was
 * killed a moment ago, until the cluster has noticed. No request has been sent by then, so none is made twice.
 */
export function persistentConnector(connect = buildConnector({ timeout: timeoutMs })): buildConnector.connector {
  return (options, callback) => {
    const attempt = (number: number) =>
      connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (error === null) callback(null, socket);
        else if (number === attempts) callback(error, null);
        else setTimeout(attempt, pauseMs, number + 1);
      });
    attempt(1);
  };
}
