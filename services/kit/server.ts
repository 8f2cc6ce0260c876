import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import fastify, { LogController, type FastifyBaseLogger } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { App } from "./app.ts";
import { answerError, answerErrors } from "./answer-errors.ts";
import { keepAliveMs, drainConnections, patienceMs } from "./drain.ts";
import { createLogger, type Logger } from "./log.ts";
import { measureRequests } from "./metrics.ts";
import { describeApi } from "./openapi.ts";
import { addProbes, type Checks } from "./probes.ts";

export interface ServerOptions {
  /** The service's name in logs and in its OpenAPI document. */
  name: string;
  log?: Logger;
  /** Checks of readiness by name; a rejected promise is a failing check. */
  checks?: Checks;
  /** Path of the liveness probe. Default "/health". */
  healthPath?: string;
  /** One sentence for the OpenAPI document. */
  description?: string;
  /**
   * Number of proxies in front, each of which adds its client's address to x-forwarded-for; nobody else may be able to
   * connect. Default 0: the header is not trusted.
   */
  trustedProxies?: number;
}

/** Request ids that are safe to log and to send on; others are replaced. */
const safeRequestId = /^[\w.:-]{1,128}$/;

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && safeRequestId.test(given) ? given : randomUUID();
}

/**
 * Creates an HTTP server with what all services share: x-request-id in and out, errors as application/problem+json,
 * liveness at `healthPath`, /ready, /metrics and /openapi.json. Bodies are limited to 1 MiB unless a route says
 * otherwise.
 */
export function createServer(options: ServerOptions): App {
  const logger = options.log ?? createLogger(options.name);
  const log: FastifyBaseLogger = logger;
  const app: App = fastify({
    loggerInstance: log,
    genReqId: requestIdOf,
    trustProxy: (_address, hop) => hop < (options.trustedProxies ?? 0),
    // One line a request, written below.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    bodyLimit: 1024 * 1024,
    keepAliveTimeout: keepAliveMs,
    // Answers what Fastify refuses before a route is found, such as a malformed path.
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    // A readiness probe must still be answered, with 503, while the server drains.
    return503OnClosing: false,
  }).withTypeProvider<ZodTypeProvider>();
  app.server.keepAliveTimeoutBuffer = patienceMs;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  drainConnections(app);
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  answerErrors(app);
  // The line has no secrets, and searching for some costs more than writing it.
  const answered = logger.child({}, { redact: [] });
  const quiet = new Set([options.healthPath ?? "/health", "/ready", "/metrics"]);
  app.addHook("onResponse", (request, reply, done) => {
    const line = {
      requestId: request.id,
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    answered[quiet.has(request.url) ? "debug" : "info"](line, "answered");
    done();
  });
  describeApi(app, options.name, options.description);
  measureRequests(app);
  addProbes(app, options.healthPath ?? "/health", options.checks ?? {});
  return app;
}
