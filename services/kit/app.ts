import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Registry } from "prom-client";

declare module "fastify" {
  interface FastifyInstance {
    /** This app's own metrics, served at /metrics. */
    metrics: Registry;
    /** Set when the process is about to stop: /ready answers 503 so that no new traffic comes. */
    readiness: { draining: boolean };
  }
}

/** A Fastify 5 instance whose schemas are zod's. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
