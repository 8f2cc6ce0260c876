import { z } from "zod";
import pg from "pg";
import { administeredServer, administratorSettings } from "./database.ts";
import { afterGrace, grace } from "./grace.ts";
import { withConnection } from "./postgres-connection.ts";

/** Environment of the command: the login of PostgreSQL that is no longer used. */
export const retireDatabaseUserSettings = z.object({
  ...administratorSettings,
  ...grace,
  USER_NAME: z.string().min(1),
});

/** Takes a login its password, and ends what is still connected by it. The role that it acted as, and all that this owns, stay. */
export const retireDatabaseUser = afterGrace(async (env: z.infer<typeof retireDatabaseUserSettings>, log) => {
  await withConnection(administeredServer(env), "postgres", log, async (admin) => {
    const { rowCount } = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [env.USER_NAME]);
    if (rowCount === 0) return log.info(`there is no ${env.USER_NAME}`);
    await admin.query(`ALTER ROLE ${pg.escapeIdentifier(env.USER_NAME)} NOLOGIN PASSWORD NULL`);
    const { rowCount: ended } = await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
      [env.USER_NAME],
    );
    log.info(`${env.USER_NAME} can no longer log in; connections ended: ${ended}`);
  });
});
