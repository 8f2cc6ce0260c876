import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { expect } from "chai";
import { isUnavailable } from "@platform/kit/transient-errors.ts";
import { migrate, openDatabase, openPool, socketOf } from "@platform/kit/database.ts";
import { startPglite, type TestDatabase } from "../support/pglite.ts";

describe("service database", () => {
  let database: TestDatabase;
  const env = () => ({
    DATABASE_HOST: database.host,
    DATABASE_PORT: database.port,
    DATABASE_NAME: "postgres",
    DATABASE_USER: "postgres",
    DATABASE_PASSWORD: "any",
    DATABASE_SSL: "disable" as const,
  });
  const migrations: Record<string, Migration> = {
    "001-things": { up: (db: Kysely<unknown>) => db.schema.createTable("things").addColumn("name", "text").execute() },
    "002-first": {
      up: async (db: Kysely<unknown>) => void (await sql`insert into things values ('first')`.execute(db)),
    },
  };
  before(async () => {
    database = await startPglite();
  });
  after(() => database.close());

  it("is migrated once when several replicas start", async () => {
    const replicas = [1, 2, 3].map(() => openDatabase<{ things: { name: string } }>(openPool(env())));
    await Promise.all(replicas.map((db) => migrate(db, migrations)));
    await Promise.all(replicas.map((db) => migrate(db, migrations)));
    expect(await replicas[0]?.selectFrom("things").selectAll().execute()).to.deep.equal([{ name: "first" }]);
    await Promise.all(replicas.map((db) => db.destroy()));
  });

  it("rolls back a failed migration and names it", async () => {
    const db = openDatabase<{ others: object }>(openPool(env()));
    const failing: Record<string, Migration> = {
      ...migrations,
      "003-others": {
        up: (db: Kysely<unknown>) => db.schema.createTable("others").addColumn("name", "text").execute(),
      },
      "004-broken": { up: async (db: Kysely<unknown>) => void (await sql`insert into nowhere values (1)`.execute(db)) },
    };
    const error = await migrate(db, failing).catch((error: unknown) => error as Error);
    expect(error).to.be.instanceOf(Error).with.property("message", 'The migration "004-broken" failed.');
    expect((error as Error).cause)
      .to.have.property("message")
      .that.includes("nowhere");
    const missing = await db
      .selectFrom("others")
      .selectAll()
      .execute()
      .catch((error: unknown) => error as Error);
    expect(missing).to.be.instanceOf(Error).with.property("message").that.includes("does not exist");
    await db.destroy();
  });

  it("fails the next query when the server disconnects during use, and keeps the process running", async () => {
    const pool = openPool(env());
    const client = await pool.connect();
    const socket = socketOf(client);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy(new Error("the server was killed"));
    await closed;
    expect(await client.query("select 1").catch((error: unknown) => error)).to.be.instanceOf(Error);
    client.release(true);
    expect((await pool.query("select 1 as one")).rows).to.deep.equal([{ one: 1 }]);
    await pool.end();
  });

  it("times out a query when the server loses power without closing connections, and reconnects for the next one", async () => {
    const sockets: Socket[] = [];
    const wire = createServer(
      (socket) => void sockets.push(socket, socket.pipe(connect(database.port, database.host)).pipe(socket)),
    );
    await once(wire.listen(0, "127.0.0.1"), "listening");
    const pool = openPool(
      { ...env(), DATABASE_HOST: "127.0.0.1", DATABASE_PORT: (wire.address() as AddressInfo).port },
      { silenceMs: 200 },
    );
    await pool.query("select 1");
    for (const socket of sockets.splice(0)) socket.unpipe().pause();
    const error: unknown = await pool.query("select 1").catch((error: unknown) => error);
    expect(error).to.be.instanceOf(Error).with.property("message", "PostgreSQL said nothing for 0.2 s.");
    expect(isUnavailable(error)).to.equal(true);
    expect((await pool.query("select 1 as one")).rows).to.deep.equal([{ one: 1 }]);
    await pool.end();
    wire.close();
  });
});
