import "@platform/kit/small-wasm.ts";
import { openDatabase, openPool } from "@platform/kit/database.ts";
import { databaseEnv } from "@platform/kit/env.ts";
import { runService } from "@platform/kit/run.ts";
import { z } from "zod";
import { addressEnv } from "./added-sources/address-rules.ts";
import { keyEnv, deriveKeys } from "./added-sources/password-encryption.ts";
import type { DataSourceTables } from "./added-sources/tables.ts";
import { defaultCostLimits } from "./connector.ts";
import { readDataSources } from "./data-source-settings.ts";
import { createService } from "./service.ts";

await runService({
  name: "db-connector",
  env: {
    ...databaseEnv,
    ...addressEnv,
    ...keyEnv,
    /** The folder with the files that `password_ref` may name. Default: it may name no file. */
    DATASOURCE_SECRETS_DIR: z.string().optional(),
    /** The highest cost that a planner may estimate for a statement; 0: no limit. The defaults are in connector.ts. */
    COST_LIMIT_POSTGRESQL: z.coerce.number().nonnegative().default(defaultCostLimits.postgresql),
    COST_LIMIT_MYSQL: z.coerce.number().nonnegative().default(defaultCostLimits.mysql),
  },
  create: async (env, log) => {
    const db = openDatabase<DataSourceTables>(openPool(env));
    const app = await createService({
      dataSources: readDataSources(),
      added: {
        db,
        keys: deriveKeys(env),
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
