import type { App } from "@platform/kit/app.ts";

/** Keeps browsers from running, framing, sniffing, or sharing answers with other sites. */
const always = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Keeps browsers on HTTPS for a year (RFC 6797, which forbids the header over plain HTTP). */
const overHttps = { "strict-transport-security": "max-age=31536000" };

/**
 * Adds security headers to all answers, those of upstreams included; the web page has a policy of its own. There is no
 * CORS, so pages of other sites have no access.
 */
export function addSecurityHeaders(app: App): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    const policy = request.routeOptions.config.page ? reply.getHeader("content-security-policy") : undefined;
    void reply.headers({
      ...always,
      ...(policy === undefined ? {} : { "content-security-policy": policy }),
      ...(request.protocol === "https" ? overHttps : {}),
    });
    // Answers are private to their client.
    if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
    done(null, payload);
  });
}
