import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { runService } from "@platform/kit/run.ts";
import { createServer } from "@platform/kit/server.ts";

/** A service for run.test.ts that answers after DELAY_MS and closes a resource of its own. */
await runService({
  name: "slow-service",
  env: { DELAY_MS: z.coerce.number(), PASSWORD: z.string() },
  drainDelayMs: 500,
  create: (env, log) => {
    const app = createServer({ name: "slow-service", log });
    app.get("/slow", async () => {
      log.info("working");
      await delay(env.DELAY_MS);
      return "done";
    });
    app.addHook("onClose", () => {
      log.info(
        { password: env.PASSWORD, request: { headers: { authorization: `Bearer ${env.PASSWORD}` } } },
        "released",
      );
      return Promise.resolve();
    });
    return Promise.resolve(app);
  },
});
