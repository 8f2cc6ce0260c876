import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "@platform/kit/log.ts";

/** Seconds in which the consumer's old pods may still drain and use the old login. */
export const grace = {
  GRACE_SECONDS: z.coerce.number().int().min(0).max(600),
};

/** Makes a command that waits for the grace period first. */
export function afterGrace<Env extends { GRACE_SECONDS: number }>(withdraw: (env: Env, log: Logger) => Promise<void>) {
  return async (env: Env, log: Logger): Promise<void> => {
    await delay(env.GRACE_SECONDS * 1000);
    await withdraw(env, log);
  };
}
