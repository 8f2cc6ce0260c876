import pg from "pg";
import { z } from "zod";
import { databaseEnv } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { afterGrace, grace } from "./grace.ts";
import { withConnection, type PostgresServer } from "./postgres-connection.ts";
import { scramVerifier } from "./scram.ts";

const quote = pg.escapeIdentifier;

/** PostgreSQL truncates longer names. */
const identifier = z.string().max(63);

/** The administrator's login, for every command on a PostgreSQL server. */
const administratorSettings = {
  ADMIN_DATABASE_HOST: databaseEnv.DATABASE_HOST,
  ADMIN_DATABASE_PORT: databaseEnv.DATABASE_PORT,
  ADMIN_DATABASE_USER: databaseEnv.DATABASE_USER,
  ADMIN_DATABASE_PASSWORD: databaseEnv.DATABASE_PASSWORD,
  ADMIN_DATABASE_SSL: databaseEnv.DATABASE_SSL,
};

/** Environment of `database`: the administrator, and the role with its access to a database and its login. */
export const databaseSettings = z
  .object({
    ...administratorSettings,
    DATABASE_NAME: identifier,
    /** The role that has the access; nobody logs in as it. */
    ROLE_NAME: identifier,
    /** The login that acts as the role. */
    USER_NAME: identifier,
    USER_PASSWORD: z.string().regex(/^[\x20-\x7e]+$/, "expected printable ASCII"),
    ACCESS: z.enum(["owner", "read"]),
    /** The database's owner, if the role is a reader. Default: a role with the database's name. */
    OWNER_NAME: identifier.optional(),
  })
  .refine((env) => env.USER_NAME !== env.ADMIN_DATABASE_USER, {
    path: ["USER_NAME"],
    error: "must not be the administrator",
  })
  .refine((env) => env.ROLE_NAME !== env.ADMIN_DATABASE_USER, {
    path: ["ROLE_NAME"],
    error: "must not be the administrator",
  })
  .refine((env) => env.USER_NAME !== env.ROLE_NAME, {
    path: ["USER_NAME"],
    error: "must not be the role that it acts as",
  })
  .refine((env) => env.ACCESS === "owner" || env.ROLE_NAME !== ownerOf(env), {
    path: ["ROLE_NAME"],
    error: "a reader must not be the owner",
  });

type Settings = z.infer<typeof databaseSettings>;

function ownerOf(env: {
  ACCESS: string;
  ROLE_NAME: string;
  OWNER_NAME?: string | undefined;
  DATABASE_NAME: string;
}): string {
  return env.ACCESS === "owner" ? env.ROLE_NAME : (env.OWNER_NAME ?? env.DATABASE_NAME);
}

// Any constant: the lock serialises jobs that create the same roles at the same time.
const lockKey = 5_107_002;

/** Returns the server of {@link administratorSettings}. */
function administeredServer(env: z.infer<z.ZodObject<typeof administratorSettings>>): PostgresServer {
  return {
    host: env.ADMIN_DATABASE_HOST,
    port: env.ADMIN_DATABASE_PORT,
    user: env.ADMIN_DATABASE_USER,
    password: env.ADMIN_DATABASE_PASSWORD,
    ssl: env.ADMIN_DATABASE_SSL,
  };
}

/**
 * Creates a database, a role with access to it and a login that acts as the role, or updates them: the password, the
 * owner. Jobs of one database may run at the same time and in any order.
 */
export async function provisionDatabase(env: Settings, log: Logger): Promise<void> {
  const server = administeredServer(env);
  const owner = ownerOf(env);
  await withConnection(server, "postgres", log, async (admin) => {
    await admin.query("SELECT pg_advisory_lock($1)", [lockKey]);
    await ensureRole(admin, owner);
    await ensureRole(admin, env.ROLE_NAME);
    await ensureLogin(admin, env);
    const superuser = await actFor(admin, owner);
    await ensureDatabase(admin, env.DATABASE_NAME, owner);
    if (env.ACCESS === "read") {
      await withConnection(server, env.DATABASE_NAME, log, async (inside) => {
        // The owner may grant what an administrator who is no superuser may not.
        if (!superuser) await inside.query(`SET ROLE ${quote(owner)}`);
        await grantRead(inside, env.DATABASE_NAME, owner, env.ROLE_NAME);
      });
    }
  });
  log.info(`${env.USER_NAME} has ${env.ACCESS} access to database ${env.DATABASE_NAME} as ${env.ROLE_NAME}`);
}

/** Creates a role without login, so that its objects outlive the logins, which come and go. */
async function ensureRole(admin: pg.Client, role: string): Promise<void> {
  const { rowCount } = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
  if (rowCount === 0) await admin.query(`CREATE ROLE ${quote(role)} NOLOGIN`);
}

/** Creates or updates a login that acts as the role from its first statement, so that the role owns all it creates. */
async function ensureLogin(admin: pg.Client, { USER_NAME, USER_PASSWORD, ROLE_NAME, ACCESS }: Settings): Promise<void> {
  const user = quote(USER_NAME);
  await ensureRole(admin, USER_NAME);
  await admin.query(`GRANT ${quote(ROLE_NAME)} TO ${user}`);
  await admin.query(`ALTER ROLE ${user} SET role = ${pg.escapeLiteral(ROLE_NAME)}`);
  if (ACCESS === "read") await admin.query(`ALTER ROLE ${user} SET default_transaction_read_only = on`);
  await admin.query(`ALTER ROLE ${user} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(USER_PASSWORD))}`);
}

/** Makes the administrator a member of the owner, which managed servers require. Returns whether it is a superuser. */
async function actFor(admin: pg.Client, owner: string): Promise<boolean> {
  const { rows } = await admin.query<{ rolsuper: boolean }>(
    "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
  );
  const superuser = rows[0]!.rolsuper;
  if (!superuser) await admin.query(`GRANT ${quote(owner)} TO CURRENT_USER`);
  return superuser;
}

async function ensureDatabase(admin: pg.Client, database: string, owner: string): Promise<void> {
  const { rows } = await admin.query<{ owner: string }>(
    "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1",
    [database],
  );
  const [found] = rows;
  if (found === undefined) await admin.query(`CREATE DATABASE ${quote(database)} OWNER ${quote(owner)}`);
  else if (found.owner !== owner) await admin.query(`ALTER DATABASE ${quote(database)} OWNER TO ${quote(owner)}`);
  await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${quote(database)} FROM PUBLIC`);
}

/** Grants SELECT on all present and future tables of the schema public, and nothing else. */
async function grantRead(inside: pg.Client, database: string, owner: string, reader: string): Promise<void> {
  const to = `TO ${quote(reader)}`;
  await inside.query(`GRANT CONNECT ON DATABASE ${quote(database)} ${to}`);
  await inside.query(`GRANT USAGE ON SCHEMA public ${to}`);
  await inside.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public ${to}`);
  await inside.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${quote(owner)} IN SCHEMA public GRANT SELECT ON TABLES ${to}`);
}

/** Environment of `retire-database-user`: the login of PostgreSQL to lock. */
export const retireDatabaseUserSettings = z.object({
  ...administratorSettings,
  ...grace,
  USER_NAME: z.string().min(1),
});

/**
 * Removes a login's password after the grace period and ends its connections. The role that it acted as stays, with all
 * it owns.
 */
export const retireDatabaseUser = afterGrace(async (env: z.infer<typeof retireDatabaseUserSettings>, log) => {
  await withConnection(administeredServer(env), "postgres", log, async (admin) => {
    const { rowCount } = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [env.USER_NAME]);
    if (rowCount === 0) return log.info(`there is no ${env.USER_NAME}`);
    await admin.query(`ALTER ROLE ${quote(env.USER_NAME)} NOLOGIN PASSWORD NULL`);
    const { rowCount: ended } = await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
      [env.USER_NAME],
    );
    log.info(`${env.USER_NAME} can no longer log in; connections ended: ${ended}`);
  });
});
