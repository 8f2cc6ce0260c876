import { setTimeout as delay } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics } from "prom-client";
import { ConfigurationError } from "./env.ts";
import { createLogger } from "./log.ts";

export interface RunOptions {
  name: string;
  /** Builds the service; it must not listen yet. */
  create: () => Promise<FastifyInstance>;
  host: string;
  port: number;
  /**
   * Milliseconds between SIGTERM and the close of the listener, in which /ready says 503 and requests are still served:
   * the time a cluster takes to stop sending them here. Default 3000. SIGINT, from a terminal, does not wait.
   */
  drainDelayMs?: number;
}

/** Running requests and event handlers have this long to finish; then the process exits with 1. In ms, below Kubernetes' 30 s. */
const closeTimeoutMs = 25_000;

/**
 * Runs a service as this process: listens, logs, drains on SIGTERM and SIGINT.
 * Exits with 0 after a clean stop, 2 on a ConfigurationError, 1 on any other failure.
 */
export async function runService({ name, create, host, port, drainDelayMs = 3000 }: RunOptions): Promise<void> {
  try {
    const app = await create();
    collectDefaultMetrics({ register: app.metrics });
    closeWithGrace({ delay: closeTimeoutMs, logger: app.log }, async ({ signal, err }) => {
      app.readiness.draining = true;
      if (err) app.log.fatal({ err }, "stopping after a failure");
      else app.log.info({ signal }, "stopping");
      if (signal === "SIGTERM") await delay(drainDelayMs);
      await app.close();
    });
    await app.listen({ host, port });
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
