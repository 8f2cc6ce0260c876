import pg from "pg";
import { z } from "zod";
import { databaseEnv } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { withConnection, type PostgresServer } from "./postgres-connection.ts";
import { scramVerifier } from "./scram.ts";

const quote = pg.escapeIdentifier;

/** PostgreSQL cuts longer names off. */
const identifier = z.string().max(63);

/** Who may administrate, for every command that works on a PostgreSQL server. */
export const administratorSettings = {
  ADMIN_DATABASE_HOST: databaseEnv.DATABASE_HOST,
  ADMIN_DATABASE_PORT: databaseEnv.DATABASE_PORT,
  ADMIN_DATABASE_USER: databaseEnv.DATABASE_USER,
  ADMIN_DATABASE_PASSWORD: databaseEnv.DATABASE_PASSWORD,
  ADMIN_DATABASE_SSL: databaseEnv.DATABASE_SSL,
};

/** Environment of the command: who may administrate, and which role is to have which access to which database, through which login. */
export const databaseSettings = z
  .object({
    ...administratorSettings,
    DATABASE_NAME: identifier,
    /** Has the access; nobody logs in as it. */
    ROLE_NAME: identifier,
    /** Logs in and acts as the role. */
    USER_NAME: identifier,
    USER_PASSWORD: z.string().regex(/^[\x20-\x7e]+$/, "expected printable ASCII"),
    ACCESS: z.enum(["owner", "read"]),
    /** Who owns the database, where the role is a reader. Default: a role named as the database. */
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

// Any constant does: it keeps jobs apart that make the same roles at the same time.
const lockKey = 5_107_002;

/** The server that {@link administratorSettings} name. */
export function administeredServer(env: z.infer<z.ZodObject<typeof administratorSettings>>): PostgresServer {
  return {
    host: env.ADMIN_DATABASE_HOST,
    port: env.ADMIN_DATABASE_PORT,
    user: env.ADMIN_DATABASE_USER,
    password: env.ADMIN_DATABASE_PASSWORD,
    ssl: env.ADMIN_DATABASE_SSL,
  };
}

/**
 * Makes a database, a role with access to it and a login that acts as this role, and converges what is there already: a changed
 * password is set, an owner given. The jobs of one database may run at the same time and in any order.
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
        // What an administrator who is no superuser may not grant, the owner may.
        if (!superuser) await inside.query(`SET ROLE ${quote(owner)}`);
        await grantRead(inside, env.DATABASE_NAME, owner, env.ROLE_NAME);
      });
    }
  });
  log.info(`${env.USER_NAME} has ${env.ACCESS} access to database ${env.DATABASE_NAME} as ${env.ROLE_NAME}`);
}

/** Roles that have access are not logged in as: what they own outlives the logins, which come and go. */
async function ensureRole(admin: pg.Client, role: string): Promise<void> {
  const { rowCount } = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
  if (rowCount === 0) await admin.query(`CREATE ROLE ${quote(role)} NOLOGIN`);
}

/** A member of the role that acts as it from the first statement on, so that all it makes belongs to the role. */
async function ensureLogin(admin: pg.Client, { USER_NAME, USER_PASSWORD, ROLE_NAME, ACCESS }: Settings): Promise<void> {
  const user = quote(USER_NAME);
  await ensureRole(admin, USER_NAME);
  await admin.query(`GRANT ${quote(ROLE_NAME)} TO ${user}`);
  await admin.query(`ALTER ROLE ${user} SET role = ${pg.escapeLiteral(ROLE_NAME)}`);
  if (ACCESS === "read") await admin.query(`ALTER ROLE ${user} SET default_transaction_read_only = on`);
  await admin.query(`ALTER ROLE ${user} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(USER_PASSWORD))}`);
}

/** Managed servers give an administrator who must be a member of a role to make things that belong to it. */
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

/** SELECT on all tables of the schema public, those of today and those that the owner makes later; nothing else. */
async function grantRead(inside: pg.Client, database: string, owner: string, reader: string): Promise<void> {
  const to = `TO ${quote(reader)}`;
  await inside.query(`GRANT CONNECT ON DATABASE ${quote(database)} ${to}`);
  await inside.query(`GRANT USAGE ON SCHEMA public ${to}`);
  await inside.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public ${to}`);
  await inside.query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${quote(owner)} IN SCHEMA public GRANT SELECT ON TABLES ${to}`);
}
