import type { App } from "./app.ts";

export type Checks = Record<string, () => Promise<unknown>>;

/** Milliseconds until a silent dependency counts as failing; shorter than a probe's timeout. */
const checkTimeoutMs = 2000;

/**
 * Adds liveness at `healthPath`, which checks no dependency, since a restart of this process would not heal one, and
 * readiness at /ready, which is 503 with the failing checks, or while the process drains.
 */
export function addProbes(app: App, healthPath: string, checks: Checks): void {
  app.get(healthPath, { schema: { hide: true } }, (_request, reply) => reply.send({ status: "ok" }));
  app.get("/ready", { schema: { hide: true } }, async (_request, reply) => {
    if (app.readiness.draining) return reply.code(503).send({ status: "draining", checks: {} });
    const results = Object.fromEntries(
      await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await resultOf(check)] as const)),
    );
    const ready = Object.values(results).every((result) => result === "ok");
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready", checks: results });
  });
}

/** Returns "ok" or the reason of the failure. */
export async function resultOf(check: () => Promise<unknown>, timeoutMs = checkTimeoutMs): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, `no answer within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([check().then(() => "ok"), late]);
  } catch (error) {
    return error instanceof Error && error.message !== "" ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
