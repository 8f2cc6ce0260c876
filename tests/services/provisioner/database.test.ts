import {
  provisionDatabase,
  databaseSettings,
  retireDatabaseUser,
  retireDatabaseUserSettings,
} from "@platform/provisioner/database.ts";
import { scramVerifier } from "@platform/provisioner/scram.ts";
import { readEnv } from "@platform/kit/env.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import { startPglite, type TestDatabase } from "../support/pglite.ts";

const log = createLogger("test", "silent");

describe("provisioner database", () => {
  let database: TestDatabase;
  // Each test uses names of its own, since they share one server.
  let shop = "";
  let reader = "";
  let count = 0;
  before(async () => {
    database = await startPglite();
  });
  beforeEach(() => {
    count += 1;
    shop = `shop ${count}`;
    reader = `reader ${count}`;
  });
  after(() => database.close());

  const administrator = () => ({
    ADMIN_DATABASE_HOST: database.host,
    ADMIN_DATABASE_PORT: String(database.port),
    ADMIN_DATABASE_USER: "postgres",
    ADMIN_DATABASE_PASSWORD: "unused",
  });
  const provision = (role: string, access: "owner" | "read", password = "s3cret", name = shop, user = `${role} a`) =>
    provisionDatabase(
      readEnv(databaseSettings, {
        ...administrator(),
        DATABASE_NAME: name,
        ROLE_NAME: role,
        USER_NAME: user,
        USER_PASSWORD: password,
        ACCESS: access,
      }),
      log,
    );

  const value = async (sql: string, ...params: unknown[]) => {
    const { rows } = await database.pool.query<unknown[]>({ text: sql, values: params, rowMode: "array" });
    return rows[0]?.[0];
  };

  const ownerOf = (name: string) => value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", name);

  /** Tells whether the role's stored verifier matches the password. */
  const hasPassword = async (role: string, password: string) => {
    const stored = (await value("SELECT rolpassword FROM pg_authid WHERE rolname = $1", role)) as string;
    const salt = Buffer.from(stored.split(/[:$]/)[2]!, "base64");
    return stored === scramVerifier(password, salt);
  };

  const canLogIn = (role: string) => value("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", role);

  it("computes the same verifier as PostgreSQL", async () => {
    await database.pool.query("CREATE ROLE somebody PASSWORD 'pencil'");
    expect(await hasPassword("somebody", "pencil")).to.be.true;
    expect(await hasPassword("somebody", "pen")).to.be.false;
  });

  it("creates a database that only its owner may connect to", async () => {
    await provision(shop, "owner");
    expect(await ownerOf(shop)).to.equal(shop);
    expect(await canLogIn(shop)).to.be.false;
    expect(await canLogIn(`${shop} a`)).to.be.true;
    expect(await value("SELECT has_database_privilege($1, $2, 'CONNECT')", `${shop} a`, shop)).to.be.true;
    await database.pool.query("CREATE ROLE stranger");
    expect(await value("SELECT has_database_privilege($1, $2, 'CONNECT')", shop, shop)).to.be.true;
    expect(await value("SELECT has_database_privilege('stranger', $1, 'CONNECT')", shop)).to.be.false;
  });

  it("grants a reader existing and future tables read-only", async () => {
    await database.pool.query("CREATE TABLE early (a int)");
    await provision(reader, "read");
    await provision(shop, "owner");
    await database.pool.query(
      `GRANT CREATE ON SCHEMA public TO "${shop}"; SET ROLE "${shop}"; CREATE TABLE late (a int); RESET ROLE`,
    );
    for (const table of ["early", "late"]) {
      expect(await value("SELECT has_table_privilege($1, $2, 'SELECT')", reader, table), table).to.be.true;
      expect(
        await value("SELECT has_table_privilege($1, $2, 'INSERT, UPDATE, DELETE, TRUNCATE')", reader, table),
        table,
      ).to.be.false;
    }
    expect(await value("SELECT has_database_privilege($1, $2, 'CONNECT')", reader, shop)).to.be.true;
    expect(await value("SELECT has_database_privilege($1, $2, 'CREATE, TEMPORARY')", reader, shop)).to.be.false;
    const settings = await value("SELECT rolconfig FROM pg_roles WHERE rolname = $1", `${reader} a`);
    expect(settings).to.have.members(["default_transaction_read_only=on", `role=${reader}`]);
  });

  it("works when the owner's job runs after the reader's", async () => {
    await provision(reader, "read");
    await provision(shop, "owner", "owner's");
    expect(await canLogIn(`${shop} a`)).to.be.true;
    expect(await hasPassword(`${shop} a`, "owner's")).to.be.true;
  });

  it("changes nothing on a second run, and only the password if that changed", async () => {
    // Everything that it could change, except the salt of the verifier.
    const state = () =>
      Promise.all([
        value("SELECT json_agg(r ORDER BY rolname) FROM (SELECT rolname, rolcanlogin, rolconfig FROM pg_roles) r"),
        value("SELECT json_agg(d ORDER BY datname) FROM (SELECT datname, datdba, datacl FROM pg_database) d"),
        value("SELECT json_agg(a) FROM (SELECT defaclrole, defaclacl FROM pg_default_acl) a"),
      ]);
    await provision(shop, "owner", "old");
    await provision(reader, "read", "old");
    const before = await state();
    await provision(shop, "owner", "old");
    await provision(reader, "read", "new");
    expect(await state()).to.deep.equal(before);
    expect(await hasPassword(`${shop} a`, "old")).to.be.true;
    expect(await hasPassword(`${reader} a`, "new")).to.be.true;
  });

  it("transfers a database to its declared owner", async () => {
    await database.pool.query(`CREATE DATABASE "${shop}"`);
    await provision(shop, "owner");
    expect(await ownerOf(shop)).to.equal(shop);
  });

  it("quotes names of any form", async () => {
    const odd = `x"; DROP ROLE postgres; --`;
    await provision(odd, "owner", "p'w\\", odd);
    expect(await ownerOf(odd)).to.equal(odd);
    expect(await hasPassword(`${odd} a`, "p'w\\")).to.be.true;
  });

  it("makes every login act as its role, so that objects survive a change of login", async () => {
    await provision(shop, "owner", "first", shop, `${shop} a`);
    await provision(shop, "owner", "second", shop, `${shop} b`);
    for (const user of [`${shop} a`, `${shop} b`]) {
      expect(await value("SELECT pg_has_role($1, $2, 'MEMBER')", user, shop), user).to.be.true;
      expect(await value("SELECT rolconfig FROM pg_roles WHERE rolname = $1", user), user).to.deep.equal([
        `role=${shop}`,
      ]);
    }
    expect(await hasPassword(`${shop} a`, "first")).to.be.true;
    expect(await hasPassword(`${shop} b`, "second")).to.be.true;
  });

  it("removes one login and keeps the role, the other login and the database", async () => {
    await provision(shop, "owner", "first", shop, `${shop} a`);
    await provision(shop, "owner", "second", shop, `${shop} b`);
    const retire = (user: string) =>
      retireDatabaseUser(
        readEnv(retireDatabaseUserSettings, { ...administrator(), USER_NAME: user, GRACE_SECONDS: "0" }),
        log,
      );
    await retire(`${shop} a`);
    expect(await canLogIn(`${shop} a`)).to.be.false;
    expect(await value("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = $1", `${shop} a`)).to.be.true;
    expect(await canLogIn(`${shop} b`)).to.be.true;
    expect(await ownerOf(shop)).to.equal(shop);
    // The Job may run again, or before the login exists.
    await retire(`${shop} a`);
    await retire("nobody");
    await provision(shop, "owner", "third", shop, `${shop} a`);
    expect(await hasPassword(`${shop} a`, "third")).to.be.true;
  });

  it("rejects a login that is the administrator or the role itself", () => {
    const env = { ...administrator(), DATABASE_NAME: "d", USER_PASSWORD: "p", ACCESS: "read" };
    expect(() => readEnv(databaseSettings, { ...env, ROLE_NAME: "r", USER_NAME: "postgres" })).to.throw(
      "USER_NAME: must not be the administrator",
    );
    expect(() => readEnv(databaseSettings, { ...env, ROLE_NAME: "r", USER_NAME: "r" })).to.throw(
      "USER_NAME: must not be the role that it acts as",
    );
    expect(() => readEnv(databaseSettings, { ...env, ROLE_NAME: "postgres", USER_NAME: "u" })).to.throw(
      "ROLE_NAME: must not be the administrator",
    );
    expect(() => readEnv(databaseSettings, { ...env, ROLE_NAME: "d", USER_NAME: "u" })).to.throw(
      "ROLE_NAME: a reader must not be the owner",
    );
  });
});
