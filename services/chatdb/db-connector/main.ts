import "@platform/kit/small-wasm.ts";
import { openDatabase, openPool } from "@platform/kit/database.ts";
import { databaseEnv } from "@platform/kit/env.ts";
import { runService } from "@platform/kit/run.ts";
import { z } from "zod";
import { addressEnv } from "./added-sources/address-rules.ts";
import { keyEnv, keysOf } from "./added-sources/password-encryption.ts";
import type { SourceTables } from "./added-sources/tables.ts";
import { defaultCostLimits } from "./connector.ts";
import { readDataSources } from "./data-source-settings.ts";
import { createService } from "./service.ts";

await runService({
  name: "db-connector",
  env: {
    ...databaseEnv,
    ...addressEnv,
    ...keyEnv,
    /** Folder of the files that `password_ref` may name. Default: none may be named. */
    DATASOURCE_SECRETS_DIR: z.string().optional(),
    /** What the planner may estimate a statement to cost. 0: anything. Defaults: see connector.ts. */
    COST_LIMIT_POSTGRESQL: z.coerce.number().nonnegative().default(defaultCostLimits.postgresql),
    COST_LIMIT_MYSQL: z.coerce.number().nonnegative().default(defaultCostLimits.mysql),
  },
  create: async (env, log) => {
    const db = openDatabase<SourceTables>(openPool(env));
    const app = await createService({
      dataSources: readDataSources(),
      added: {
        db,
        keys: keysOf(env),
        addresses: env,
        passwords: { env: process.env, folder: env.DATASOURCE_SECRETS_DIR },
      },
      costLimits: { postgresql: env.COST_LIMIT_POSTGRESQL || undefined, mysql: env.COST_LIMIT_MYSQL || undefined },
      log,
    });
    app.addHook("onClose", () => db.destroy());
    return app;
  },
});
