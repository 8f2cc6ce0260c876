import type { App } from "@platform/kit/server.ts";

/** For answers that a browser happens to show: nothing in them runs, is framed, is guessed to be another type, or is used by another site. */
const always = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** A browser that came by HTTPS shall do so for a year (RFC 6797, which forbids to say it over plain HTTP). */
const overHttps = { "strict-transport-security": "max-age=31536000" };

/** Sets the headers that answers with data need, whoever made them; the web page brings a policy of its own. No CORS: pages of other sites have no access. */
export function secureAnswers(app: App): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    const policy = request.routeOptions.config.page ? reply.getHeader("content-security-policy") : undefined;
    void reply.headers({
      ...always,
      ...(policy === undefined ? {} : { "content-security-policy": policy }),
      ...(request.protocol === "https" ? overHttps : {}),
    });
    // Answers are data of whoever asked.
    if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
    done(null, payload);
  });
}
