import { databaseEnv } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { withConnection } from "@platform/provisioner/postgres-connection.ts";
import { z } from "zod";
import { load } from "./load.ts";

/** The environment of the Job: the database to fill. */
export const sampleDataSettings = z.object(databaseEnv);

/** Loads the sample shop unless the database already has it. */
export async function fillShop(env: z.infer<typeof sampleDataSettings>, log: Logger): Promise<void> {
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
