import { setTimeout as delay } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics } from "prom-client";
import { z } from "zod";
import { keepAliveMs, patienceMs } from "./drain.ts";
import { ConfigurationError, readEnv, serverEnv } from "./env.ts";
import { createLogger, type Logger } from "./log.ts";

/** The environment of a service: the variables of every server, and `shape`. */
type Env<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<typeof serverEnv>> & z.infer<z.ZodObject<Shape>>;

export interface RunOptions<Shape extends z.ZodRawShape> {
  name: string;
  /** The variables that this service reads besides those of every server. Default: none. */
  env?: Shape;
  /** Builds the service; it must not listen yet. */
  create: (env: Env<Shape>, log: Logger) => Promise<FastifyInstance>;
  /**
   * Milliseconds between SIGTERM and the close of the listener, in which /ready says 503 and requests are still served:
   * the time a cluster takes to stop sending them here, and clients take to let go of idle connections. Default 10,000.
   * SIGINT, from a terminal, does not wait.
   */
  drainDelayMs?: number;
}

/**
 * Milliseconds that requests and event handlers have after the signal; then the process exits with 1. Pods have 45 s.
 */
const closeTimeoutMs = 40_000;

/**
 * Runs a service as this process: reads its environment, listens, logs, drains on SIGTERM and SIGINT.
 * Exits with 0 after a clean stop, 2 on a ConfigurationError, 1 on any other failure.
 */
export async function runService<Shape extends z.ZodRawShape>({
  name,
  env: shape,
  create,
  drainDelayMs = keepAliveMs + patienceMs,
}: RunOptions<Shape>): Promise<void> {
  try {
    const env = readEnv(z.object({ ...serverEnv, ...shape })) as Env<Shape>;
    const app = await create(env, createLogger(name, env.LOG_LEVEL));
    collectDefaultMetrics({ register: app.metrics });
    closeWithGrace({ delay: closeTimeoutMs, logger: app.log }, async ({ signal, err }) => {
      app.readiness.draining = true;
      if (err) app.log.fatal({ err }, "stopping after a failure");
      else app.log.info({ signal }, "stopping");
      if (signal === "SIGTERM") await delay(drainDelayMs);
      await app.close();
    });
    await app.listen({ host: env.HOST, port: env.PORT });
  } catch (error) {
    process.exit(report(name, error));
  }
}

function report(name: string, error: unknown): number {
  if (error instanceof ConfigurationError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return 2;
  }
  createLogger(name).fatal({ err: error }, "could not start");
  return 1;
}
