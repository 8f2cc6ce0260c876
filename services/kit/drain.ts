import type { App } from "./app.ts";

/**
 * Milliseconds for which clients may keep an idle connection; they close it a little earlier. Shorter than the time
 * between SIGTERM and the close of the listener, so that by then every connection is closed by its client or by its
 * last answer. A connection that the server closes may have a request on its way.
 */
export const keepAliveMs = 5000;

/** Milliseconds that a delayed client has to close an idle connection before the server does. */
export const patienceMs = 5000;

/** Milliseconds between two closes of idle connections while the server closes. */
const intervalMs = 50;

/**
 * Closes connections without breaking a request. A closing server waits for its connections, which clients keep open.
 * So while the process drains, each answer is the last on its connection, and the closing server closes idle
 * connections.
 */
export function drainConnections(app: App): void {
  app.decorate("readiness", { draining: false });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (app.readiness.draining) reply.header("connection", "close");
    done(null, payload);
  });
  let timer: NodeJS.Timeout | undefined;
  app.addHook("preClose", (done) => {
    app.readiness.draining = true;
    // The connections keep the process alive, not this timer.
    timer = setInterval(() => app.server.closeIdleConnections(), intervalMs).unref();
    done();
  });
  app.addHook("onClose", (_app, done) => {
    clearInterval(timer);
    done();
  });
}
