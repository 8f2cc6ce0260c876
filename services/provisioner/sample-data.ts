import { z } from "zod";
import { databaseEnv } from "@chatdb/kit/env.ts";
import type { Logger } from "@chatdb/kit/log.ts";
import { load } from "@chatdb/sample-data/load.ts";
import { withConnection } from "./postgres-connection.ts";

/** Environment of the command: the database to fill. */
export const sampleDataSettings = z.object(databaseEnv);

/** Fills the sample shop, unless it is there. */
export async function provisionSampleData(env: z.infer<typeof sampleDataSettings>, log: Logger): Promise<void> {
  const server = {
    host: env.DATABASE_HOST,
    port: env.DATABASE_PORT,
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
    ssl: env.DATABASE_SSL,
  };
  const loaded = await withConnection(server, env.DATABASE_NAME, log, (client) => load(client));
  log.info(`the sample shop ${loaded ? "is now" : "was already"} in database ${env.DATABASE_NAME}`);
}
