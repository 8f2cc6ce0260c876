import type { App } from "./server.ts";

/** Milliseconds between looks at connections that have become idle while the server closes. */
const sweepMs = 50;

/**
 * Lets clients go without breaking a request. A server that closes waits for its connections, and a client keeps one
 * open for as long as it may be of use: so while the process drains each answer says that it is the last on its
 * connection, and once the server closes, connections end as they fall idle.
 */
export function letGo(app: App): void {
  app.decorate("readiness", { draining: false });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (app.readiness.draining) reply.header("connection", "close");
    done(null, payload);
  });
  let sweep: NodeJS.Timeout | undefined;
  app.addHook("preClose", (done) => {
    app.readiness.draining = true;
    sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs);
    done();
  });
  app.addHook("onClose", (_app, done) => {
    clearInterval(sweep);
    done();
  });
}
