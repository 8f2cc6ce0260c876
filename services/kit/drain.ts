import type { App } from "./app.ts";

/**
 * Milliseconds for which a server's answers tell clients to keep an idle connection; they let go a little earlier. Shorter
 * than the time between SIGTERM and the close of the listener: by then each connection has been used, and closed by its
 * answer, or has been left by its client. One closed by the server may have a request on its way.
 */
export const keepAliveMs = 5000;

/** Milliseconds for which a client may be held up, when it wants to let go of a connection, before the server closes it first. */
export const patienceMs = 5000;

/** Milliseconds between looks at connections that have become idle while the server closes. */
const sweepMs = 50;

/**
 * Lets clients go without breaking a request. A server that closes waits for its connections, and a client keeps one
 * open for as long as it may be of use: so while the process drains each answer says that it is the last on its
 * connection, and once the server closes, connections end as they fall idle.
 */
export function drainConnections(app: App): void {
  app.decorate("readiness", { draining: false });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (app.readiness.draining) reply.header("connection", "close");
    done(null, payload);
  });
  let sweep: NodeJS.Timeout | undefined;
  app.addHook("preClose", (done) => {
    app.readiness.draining = true;
    // The connections themselves keep the process alive.
    sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs).unref();
    done();
  });
  app.addHook("onClose", (_app, done) => {
    clearInterval(sweep);
    done();
  });
}
